using System.Text.RegularExpressions;
using FunctionsEval.Cli;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Cli;

public sealed class Other_verbs
{
    [Fact]
    public async Task Health_tells_of_store_queue_and_keys_and_never_a_key()
    {
        await using var bench = await Workbench.CreateAsync();
        bench.Environment["OPENAI_API_KEY"] = "sk-secret";
        await MakeStoreAsync(bench);

        var json = await bench.CommandAsync(["health", "--data", bench.Data, "--json"]);
        var text = await bench.CommandAsync(["health", "--data", bench.Data]);

        Assert.Equal((0, 0), (json.ExitCode, text.ExitCode));
        Assert.True(json.Json.GetProperty("healthy").GetBoolean());
        Assert.True(json.Json.GetProperty("store").GetProperty("reachable").GetBoolean());
        Assert.True(json.Json.GetProperty("queue").GetProperty("reachable").GetBoolean());
        Assert.True(json.Json.GetProperty("keys").GetProperty("OPENAI_API_KEY").GetBoolean());
        Assert.False(json.Json.GetProperty("keys").GetProperty("OPENAI_COMPATIBLE_API_KEY").GetBoolean());
        Assert.Empty(json.Json.GetProperty("warnings").EnumerateArray());
        Assert.Contains("OPENAI_API_KEY set", text.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-secret", json.Output + json.Error + text.Output + text.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_warns_when_there_is_no_key()
    {
        await using var bench = await Workbench.CreateAsync();
        await MakeStoreAsync(bench);

        var text = await bench.CommandAsync(["health", "--data", bench.Data]);

        Assert.Equal(0, text.ExitCode);
        Assert.Contains("warning: No model API key is set", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_of_a_store_that_is_not_there_is_3()
    {
        await using var bench = await Workbench.CreateAsync();

        // Nothing listens on the discard port of this machine.
        bench.Environment["AzureWebJobsStorage"] =
            "AccountName=a;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:9/a;QueueEndpoint=http://127.0.0.1:9/a";
        var result = await bench.CommandAsync(["health", "--json"]);

        Assert.Equal(3, result.ExitCode);
        Assert.False(result.Json.GetProperty("healthy").GetBoolean());
        Assert.NotEmpty(result.Json.GetProperty("store").GetProperty("error").GetString()!);
    }

    [Fact]
    public async Task Health_of_a_mistyped_folder_does_not_make_it()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.CommandAsync(["health", "--data", bench.Data]);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"warning: There is no store in '{bench.Data}'", result.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(bench.Data), "A data folder was made.");
    }

    [Fact]
    public async Task Demo_needs_nothing_and_says_what_to_do_next()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.CommandAsync(["demo"]);

        try
        {
            Assert.True(result.ExitCode == 0, result.Error);
            Assert.Contains("240 of 240 cells, 0 failed", result.Output, StringComparison.Ordinal);
            Assert.Matches(@"(?m)^openai-compatible:sim-better-0\.5 is better than openai-compatible:sim-noisy by 0\.\d+ \(95%: 0\.\d+ to \d\.\d+\), 12 scenarios, p ", result.Output);
            Assert.Matches(@"(?m)^is_novel: sim-better-0\.5 and sim-noisy are equivalent: ", result.Output);
            Assert.Matches(@"(?s)Verdicts against openai-compatible:sim-noisy.*sim-better-0\.5 +number ", result.Output);
            var hints = Regex.Matches(result.Output, @"(?m)^  functionseval (.+?)\r?$").Select(match => match.Groups[1].Value).ToList();
            Assert.Equal(["answers", "export", "open"], hints.Select(hint => hint.Split(' ')[0]));
            foreach (var hint in hints.Where(hint => !hint.StartsWith("open", StringComparison.Ordinal)))
            {
                var pasted = await bench.CommandAsync(hint.Replace("demo.html", bench.Path("demo.html"), StringComparison.Ordinal).Split(' '));
                Assert.True(pasted.ExitCode == 0, $"{hint}: {pasted.Error}");
            }

            Assert.Contains("Triage by variant", result.Output, StringComparison.Ordinal);
            Assert.Contains("Verdicts against sim-noisy", result.Output, StringComparison.Ordinal);
            Assert.Matches(@"(?s)Verdicts against sim-noisy: sim-better-0\.5 .*ai_score +better", result.Output);
            Assert.Equal(0, bench.Simulator.Stats().Calls);
        }
        finally
        {
            // The demo writes where it is started, and says into which folder.
            Directory.Delete(result.Error.Split("data in ")[1].Split(Environment.NewLine)[0], recursive: true);
        }
    }

    [Fact]
    public async Task Simulate_serves_until_it_is_stopped()
    {
        await using var bench = await Workbench.CreateAsync();
        var (output, error) = (new SharedText(), new SharedText());
        using var stop = new CancellationTokenSource();

        var serving = CommandLine.RunAsync(bench.Terminal(output, error), ["simulate", "--port", "0", "--hang-seconds", "1"], stop.Token);
        await Eventually.TrueAsync(() => output.ToString().Contains("Ctrl+C stops", StringComparison.Ordinal) || serving.IsCompleted, "the simulator to listen");
        var url = output.ToString().Split(' ')[3];
        using var client = new HttpClient();
        var models = await client.GetStringAsync(new Uri($"{url}/models"));
        await stop.CancelAsync();

        Assert.Equal(0, await serving);
        Assert.Contains("sim-steady", models, StringComparison.Ordinal);
        Assert.Contains("0 calls were served.", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_import_refuses_is_shown_with_control_characters_as_codes()
    {
        await using var bench = await Workbench.CreateAsync();
        var file = bench.Write("content.jsonl", """{"kind": "\u001b]0;owned\u0007"}""");

        var result = await bench.CommandAsync(["import", file, "--data", bench.Data]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("\\u001b]0;owned\\u0007", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", result.Error, StringComparison.Ordinal);
    }

    private static async Task MakeStoreAsync(Workbench bench) =>
        Assert.Equal(0, (await bench.CommandAsync(["import", bench.Write("content.jsonl", ""), "--data", bench.Data])).ExitCode);
}
