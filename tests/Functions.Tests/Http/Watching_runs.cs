using System.Text.Json;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Http;

public sealed class Watching_runs
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_reviews_by_itself_and_when_asked()
    {
        await using var host = await ServerHost.StartAsync();
        await Eventually.TrueAsync(
            async () => (await host.GetAsync("/api/agent/findings")).Json.GetProperty("reviewed_at").ValueKind != JsonValueKind.Null, "the first review");

        await using (var services = host.Bench.Open())
        {
            await services.Runs.AddAsync(RunCells.Run() with { Status = RunStatus.Failed, CreatedAt = TimeProvider.System.GetUtcNow() }, Cancel);
        }

        var reviewed = await host.PostAsync("/api/agent/review");
        var command = await host.Bench.CommandAsync(["review", "--data", host.Bench.Data], Cancel);

        var id = reviewed.Json.GetProperty("findings")[0].GetProperty("id").GetString()!;
        var acknowledged = await host.Bench.CommandAsync(["review", "acknowledge", id, "--by", "Ada", "--note", "its key was wrong", "--data", host.Bench.Data], Cancel);
        var again = await host.Bench.CommandAsync(["review", "--data", host.Bench.Data], Cancel);
        var unknown = await host.Bench.CommandAsync(["review", "acknowledge", "nobody", "--data", host.Bench.Data], Cancel);

        var finding = Assert.Single(reviewed.Json.GetProperty("findings").EnumerateArray());
        Assert.Equal(("FAILED_RUN", "high"), (finding.GetProperty("rule").GetString(), finding.GetProperty("severity").GetString()));
        Assert.Equal(0, command.ExitCode);
        Assert.Contains($"FAILED_RUN          {id}  r000000000000000  since ", command.Output, StringComparison.Ordinal);
        Assert.Equal("FAILED_RUN of r000000000000000 is acknowledged.", acknowledged.Error.Trim().Replace("functionseval: ", "", StringComparison.Ordinal));
        Assert.Contains(" by Ada: its key was wrong", again.Output, StringComparison.Ordinal);
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("finding 'nobody' does not exist; review shows the ids of those that do.", unknown.Error, StringComparison.Ordinal);
    }
}
