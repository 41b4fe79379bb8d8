using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace FunctionsEval.Functions.Tests.Runs;

/// <summary>Settings that a model refuses are left out, and the run says so.</summary>
public sealed class Adapting_requests
{
    [Fact]
    public async Task What_was_left_out_and_which_variants_came_to_the_same_are_warnings()
    {
        await using var server = WebApplication.CreateSlimBuilder().Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.Run(async context =>
        {
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            context.Response.ContentType = "application/json";
            if (body.Contains("\"temperature\"", StringComparison.Ordinal))
            {
                context.Response.StatusCode = 400;
                await context.Response.WriteAsync("""{ "error": { "message": "Unsupported value: 'temperature' does not support 0 with this model.", "type": "invalid_request_error", "param": "temperature", "code": "unsupported_value" } }""");
                return;
            }

            await context.Response.WriteAsync("""{ "choices": [{ "finish_reason": "stop", "message": { "role": "assistant", "content": "yes" } }], "usage": { "prompt_tokens": 1, "completion_tokens": 1 } }""");
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
        await using var bench = await Workbench.CreateAsync();
        var definition = bench.Write("d.yaml", """
            name: heat
            scenarios: [{ id: a, prompt: "Yes or no?", weight: 2 }, { id: b, prompt: "No or yes?" }]
            variants:
              - { name: cold, model: "openai-compatible:m", temperature: 0 }
              - { name: hot, model: "openai-compatible:m", temperature: 1.5 }
              - { name: terse, model: "openai-compatible:m", temperature: 0, preamble: "One word." }
            scorers: [{ type: contains, value: "yes" }]
            """);

        var run = await bench.CommandAsync(["run", definition, "--base-url", server.Urls.First() + "/v1", "--data", bench.Data, "--json"], TestContext.Current.CancellationToken);

        Assert.True(run.ExitCode == 0, run.Error);
        var warnings = run.Json.GetProperty("analysis").GetProperty("warnings").EnumerateArray().Select(one => $"{one.GetProperty("code")}: {one.GetProperty("message")}").ToList();
        Assert.Contains("ADAPTED_REQUESTS: cold, hot, terse: the model refuses a temperature: it was left out, so variants that differ by it alone did not differ.", warnings);
        Assert.Contains("SAME_REQUESTS: These variants did not differ in what was sent: cold, hot.", warnings);
        Assert.Contains("WEIGHTS_NOT_USED: 1 scenario with a weight: means, intervals and verdicts count every scenario alike.", warnings);
        var shown = await bench.CommandAsync(["show", "--data", bench.Data], TestContext.Current.CancellationToken);
        Assert.Contains("Models were called at " + server.Urls.First(), shown.Output, StringComparison.Ordinal);
        Assert.Contains("These variants did not differ", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cell_far_behind_the_first_ones_tells_as_well()
    {
        await using var models = await TestKit.ScriptedModels.StartAsync(call =>
            call.Last == "late" && call.Body.TryGetProperty("temperature", out _) ? new TestKit.ScriptedAnswer("Unsupported value: 'temperature' does not support 0.5 with this model.", 400) : new TestKit.ScriptedAnswer("yes"));
        await using var bench = await Workbench.CreateAsync();
        bench.Write("items.csv", "q\n" + string.Concat(Enumerable.Repeat("early\n", 100)) + "late\n");
        var definition = bench.Write("d.yaml", """
            name: late
            prompt: "{{q}}"
            scenarios: { file: items.csv }
            models: ["openai-compatible:m"]
            config: { temperature: 0.5 }
            """);

        var run = await bench.CommandAsync(["run", definition, "--base-url", models.BaseUrl, "--data", bench.Data, "--json", "--concurrency", "1"], TestContext.Current.CancellationToken);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains(
            run.Json.GetProperty("analysis").GetProperty("warnings").EnumerateArray(),
            warning => warning.GetProperty("message").GetString()!.StartsWith("openai-compatible:m: the model refuses a temperature", StringComparison.Ordinal));
    }
}
