using System.Text;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs;
using static FunctionsEval.Functions.Tests.AzureFunctions.HandlerHost;
using static FunctionsEval.Functions.Tests.AzureFunctions.History;

namespace FunctionsEval.Functions.Tests.AzureFunctions;

/// <summary>Whole bodies, byte by byte: histories of running orchestrations hold what is inside them, so it must stay what it is.</summary>
public sealed class Wire_bodies(SharedHandler shared) : IClassFixture<SharedHandler>
{
    private const string RunId = "r123456789abcdef";

    private readonly HandlerHost _handler = shared.Host;

    [Fact]
    public Task The_bytes_of_a_first_turn_are_golden() => AssertGoldenAsync(
        "first-turn", "RunOrchestration", OrchestratorBody(Request([], [Turn(), Started("RunOrchestration", $$"""{"runId":"{{RunId}}"}""")])));

    [Fact]
    public Task The_bytes_of_a_turn_with_a_result_are_golden() => AssertGoldenAsync("result-turn", "RunOrchestration", OrchestratorBody(Request(
        [Turn(), Started("RunOrchestration", $$"""{"runId":"{{RunId}}"}"""), Scheduled(0, "PrepareRun")],
        [
            Turn(1),
            Completed(0, System.Text.Json.JsonSerializer.Serialize($$$"""{"ok":true,"value":{"runId":"{{{RunId}}}","items":50,"variants":1,"samples":3,"seed":7}}""")),
        ])));

    [Fact]
    public Task The_bytes_of_a_block_are_golden() => AssertGoldenAsync("block-turn", "EvaluateBlock", OrchestratorBody(Request([], [Turn(), Started(
        "EvaluateBlock", $$$"""{"plan":{"runId":"{{{RunId}}}","items":2,"variants":2,"samples":1,"seed":7},"block":0}""")], $"{RunId}-b000000-000")));

    [Fact]
    public async Task The_bytes_of_an_activity_are_golden()
    {
        await _handler.Services.Runs.AddAsync(RunCells.Run(RunId), TestContext.Current.CancellationToken);

        await AssertGoldenAsync("activity", CompleteRun.Name, ActivityBody(
            $$"""[{"instanceId":"{{RunId}}","taskId":4,"input":"{\"runId\":\"{{RunId}}\",\"failureReason\":\"no disk, 你好\"}"}]"""));
    }

    /// <summary>With FUNCTIONSEVAL_WRITE_GOLDEN=folder the files are written instead.</summary>
    private async Task AssertGoldenAsync(string name, string function, string request)
    {
        var answer = await _handler.PostAsync($"/{function}", request);
        if (Environment.GetEnvironmentVariable("FUNCTIONSEVAL_WRITE_GOLDEN") is { Length: > 0 } folder)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.request.json"), request);
            await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.response.json"), answer.Text);
            return;
        }

        Assert.Equal(await GoldenAsync($"{name}.request.json"), request);
        Assert.Equal(await GoldenAsync($"{name}.response.json"), answer.Text);
    }

    private static Task<string> GoldenAsync(string file) =>
        File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "AzureFunctions", "Golden", file), Encoding.UTF8);
}
