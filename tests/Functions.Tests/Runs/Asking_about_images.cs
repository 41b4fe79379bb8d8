using System.Text.Json;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Runs;

/// <summary>Scenarios with images beside the definition, by the command line; over HTTP no file is read.</summary>
public sealed class Asking_about_images
{
    private const string Definition = """
        name: photos
        prompt: "What is on {{what}}?"
        scenarios: { file: photos.csv, id: "{{what}}", image: "pictures/{{file}}", expected: "{{answer}}" }
        models: ["openai-compatible:m"]
        scorers: [{ type: exact }]
        """;

    [Fact]
    public async Task The_model_is_sent_the_content_and_the_store_has_it_once()
    {
        await using var models = await ScriptedModels.StartAsync(call => new ScriptedAnswer(call.Last.Contains("two", StringComparison.Ordinal) ? "a dog" : "a cat"));
        await using var bench = await Workbench.CreateAsync();
        Directory.CreateDirectory(bench.Path("pictures"));
        var large = Pictures.Png(640, 480, 2_500_000);
        await File.WriteAllBytesAsync(bench.Path("pictures/a.png"), Pictures.Pixel);
        await File.WriteAllBytesAsync(bench.Path("pictures/large.jpg"), large);
        bench.Write("photos.csv", "what,file,answer\none,a.png,a cat\ntwo,large.jpg,a dog\nthree,a.png,a cat\n");

        string[] arguments = ["run", bench.Write("definition.yaml", Definition), "--base-url", models.BaseUrl, "--data", bench.Data, "--json"];
        var run = await bench.CommandAsync(arguments);
        var again = await bench.CommandAsync([.. arguments, "--reuse", "latest"]);
        await File.WriteAllBytesAsync(bench.Path("pictures/a.png"), Pictures.Png(2, 2));
        var changed = await bench.CommandAsync([.. arguments, "--reuse", "latest"]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(1, run.Json.GetProperty("analysis").GetProperty("perModel")[0].GetProperty("mean").GetDouble());
        var sent = models.Calls.Where(call => call.Last == "What is on two?").Select(call => call.Body.GetProperty("messages")[0].GetProperty("content")).First();
        Assert.Equal(("image_url", $"data:image/png;base64,{Convert.ToBase64String(large)}"), (sent[0].GetProperty("type").GetString(), sent[0].GetProperty("image_url").GetProperty("url").GetString()));
        Assert.Equal((3, 1, 5), (Reused(again), Reused(changed), models.Calls.Count));
        var asked = (await bench.ReadAsync(run.Json.GetProperty("runId").GetString())).Transcripts.Values.Select(said => said.Turns[0].ProbePrompt).ToList();
        Assert.Contains("[image large.jpg, 640x480]\nWhat is on two?", asked);
        Assert.Equal(2, asked.Count(prompt => prompt.StartsWith("[image a.png, 1x1]\n", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_follow_up_may_show_an_image_of_its_own()
    {
        await using var models = await ScriptedModels.StartAsync(call => new ScriptedAnswer(call.Last.Contains("same", StringComparison.Ordinal) ? "no" : "a cat"));
        await using var bench = await Workbench.CreateAsync();
        await File.WriteAllBytesAsync(bench.Path("a.png"), Pictures.Pixel);
        await File.WriteAllBytesAsync(bench.Path("b.png"), Pictures.Png(2, 2));
        bench.Write("photos.csv", "what,first,second\none,a.png,b.png\n");

        var run = await bench.CommandAsync(["run", bench.Write("definition.yaml", """
            name: photos
            prompt: "What is on {{what}}?"
            scenarios: { file: photos.csv, image: "{{first}}", expected: "no", followups: [{ prompt: "Is this the same?", image: "{{second}}" }] }
            models: ["openai-compatible:m"]
            scorers: [{ type: exact, turn: 2 }]
            """), "--base-url", models.BaseUrl, "--data", bench.Data, "--json"]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(1, run.Json.GetProperty("analysis").GetProperty("perModel")[0].GetProperty("mean").GetDouble());
        var sent = models.Calls.Single(call => call.Last == "Is this the same?").Body.GetProperty("messages");
        Assert.Equal(
            [Pictures.Pixel, Pictures.Png(2, 2)],
            new[] { sent[0], sent[2] }.Select(message => Convert.FromBase64String(message.GetProperty("content")[0].GetProperty("image_url").GetProperty("url").GetString()!.Split(',')[1])));
        Assert.Equal("[image b.png, 2x2]\nIs this the same?", (await bench.ReadAsync(run.Json.GetProperty("runId").GetString())).Transcripts.Values.Single().Turns[1].ProbePrompt);
    }

    [Theory]
    [InlineData("no-such.png", "photos.csv:2:1: scenarios[0].image: the image 'pictures/no-such.png' does not exist")]
    [InlineData("note.png", "the image 'pictures/note.png' is no image that models take (PNG, JPEG, GIF, WebP), whatever its name ends with.")]
    [InlineData("huge.png", "the image 'pictures/huge.png' must be at most 5 MiB long, but has 5,242,881 bytes.")]
    [InlineData(".", "is a folder")]
    [InlineData("../../../../../../../../dev/zero", "is empty, or a device or a pipe")]
    public async Task What_is_no_image_is_refused_before_a_call(string file, string message)
    {
        await using var bench = await Workbench.CreateAsync();
        Directory.CreateDirectory(bench.Path("pictures"));
        bench.Write("pictures/note.png", "no image");
        await File.WriteAllBytesAsync(bench.Path("pictures/huge.png"), Pictures.Png(1, 1, (5 * 1024 * 1024) + 1));
        bench.Write("photos.csv", $"what,file,answer\none,{file},a cat\n");

        var run = await bench.RunAsync(Definition);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Equal(0, bench.Simulator.Stats().Calls);
    }

    [Fact]
    public async Task Over_http_urls_are_taken_and_files_and_models_without_images_refused()
    {
        await using var host = await Http.ServerHost.StartAsync();
        static string Of(string image, string model) => JsonSerializer.Serialize(new { name = "n", scenarios = new[] { new { id = "a", prompt = "p", image } }, models = new[] { model } });

        var file = await host.PostAsync("/api/definitions", Of("/etc/passwd", "openai-compatible:m"));
        var url = await host.PostAsync("/api/definitions", Of("https://e.org/c.png", "openai-compatible:gpt-3.5-turbo"));
        var run = await host.PostAsync("/api/runs", $$"""{ "definitionId": "{{url.Json.GetProperty("definitionId").GetString()}}" }""");

        Assert.Contains("is a file, which only the command line reads: give an http or https URL.", file.Text, StringComparison.Ordinal);
        Assert.Contains("takes no images", run.Text, StringComparison.Ordinal);
    }

    private static int Reused(CommandResult result) => result.Json.GetProperty("progress").GetProperty("reused").GetInt32();
}
