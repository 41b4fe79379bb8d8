using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FunctionsEval.Digests;
using FunctionsEval.Functions.Tests.Content;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Surviving;

public sealed class Killed_digests
{
    private const string Body = $$"""{"topicId": "{{ContentFiles.TopicId}}", "windowStart": "2026-05-04", "windowEnd": "2026-05-08", "mode": "low"}""";

    private static readonly Dictionary<string, string> Variables = new()
    {
        ["TRIAGE_MODEL"] = "openai-compatible:sim-noisy",
        ["TRIAGE_CREDITS_PER_1K_INPUT_TOKENS"] = "1",
        ["TRIAGE_CREDITS_PER_1K_OUTPUT_TOKENS"] = "4",
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_digest_whose_server_is_killed_is_finished_by_resume_and_its_credits_count_once()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(40)));
        Variables.ToList().ForEach(variable => bench.Environment.Add(variable.Key, variable.Value));
        await bench.CommandAsync(["import", bench.Write("content.jsonl", ContentFiles.Of(100)), "--data", bench.Data], Cancel);
        var runId = await KilledAsync(bench, afterCalls: 40);
        var before = await bench.ReadAsync(runId);
        var callsBefore = bench.Simulator.Stats().Calls;

        var resumed = await ResumeAsync(bench, runId);
        var callsOnce = bench.Simulator.Stats().Calls;
        var again = await ResumeAsync(bench, runId);

        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal(0, again.ExitCode);
        Assert.InRange(before.Cells.Count, 1, 95);
        Assert.InRange(callsOnce - callsBefore, 1, 96 - before.Cells.Count);
        Assert.Equal(callsOnce, bench.Simulator.Stats().Calls);
        var after = await bench.ReadAsync(runId);
        after.AssertWhole();
        Assert.Equal((RunStatus.Completed, 96), (after.Run.Status, after.Cells.Count));

        // Low mode, two sources: 63 entries of the 96 candidates.
        await using var services = bench.Open();
        Assert.Equal((63, 96), (await services.Get<DigestStore>().FindAsync(runId, Cancel)) is { } digest ? (digest.Entries.Count, digest.Triaged) : (0, 0));
        Assert.Single((await services.Get<DigestStore>().ListAsync(10, null, Cancel)).Digests);
        var spent = after.Cells.Sum(cell => (cell.InputTokens!.Value + (4 * cell.OutputTokens!.Value)) / 1000.0);
        Assert.Equal(spent, after.Calls.Sum(call => call.GetDouble("costEstimateCredits")!.Value), 6);
        Assert.Equal(spent, (await services.Get<Credits>().StatusAsync(Cancel)).MonthlyUsed, 6);
    }

    /// <summary>Queues a digest at a server and kills it in the midst of the calls; the run's id.</summary>
    private static async Task<string> KilledAsync(Workbench bench, int afterCalls)
    {
        await using var server = ProgramProcess.Start(
            ["serve", "--port", "0", "--data", bench.Data, "--base-url", bench.BaseUrl, "--concurrency", "4"], Variables);
        await Eventually.TrueAsync(
            () => server.Error.Contains("/api over ", StringComparison.Ordinal) || server.HasExited, "the server to listen", cancellationToken: Cancel);
        Assert.False(server.HasExited, server.Error);
        using var client = new HttpClient { BaseAddress = new Uri(server.Error.Split("serving ")[1].Split("/api over")[0]) };
        using var content = new StringContent(Body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri("/api/admin/run", UriKind.Relative), content, Cancel);
        var queued = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);

        await Eventually.TrueAsync(
            () => bench.Simulator.Stats().Calls >= afterCalls || server.HasExited, $"{afterCalls} calls", cancellationToken: Cancel);
        Assert.False(server.HasExited, server.Error);
        await server.KillAsync();
        await Eventually.TrueAsync(() => bench.Simulator.Connections == 0, "the last calls of the killed server to be counted", cancellationToken: Cancel);
        return queued.GetProperty("runId").GetString()!;
    }

    private static Task<CommandResult> ResumeAsync(Workbench bench, string runId) =>
        bench.CommandAsync(["resume", runId, "--data", bench.Data, "--base-url", bench.BaseUrl, "--concurrency", "4", "--json"], Cancel);
}
