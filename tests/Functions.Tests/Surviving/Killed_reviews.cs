using System.Text.RegularExpressions;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Thresholds;
using FunctionsEval.Functions.Tests.Agents;
using FunctionsEval.Storage.Connection;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Surviving;

public sealed class Killed_reviews
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The webhook does not answer: the findings are stored by then, and what was looked at is not kept yet.</summary>
    [Fact]
    public async Task A_review_that_is_killed_before_it_is_done_is_made_by_the_next_process_at_once_and_tells_each_finding_once()
    {
        using var folder = new TemporaryFolder();
        await using var hook = await Webhook.StartAsync();
        var reached = new TaskCompletionSource();
        hook.Status = async context =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return 503;
        };
        await AddAsync(folder.Path, TimeProvider.System.GetUtcNow().AddHours(-30));
        var environment = new Dictionary<string, string> { [AgentThresholds.Variable] = hook.Settings() };
        string[] review = ["review", "--data", folder.Path];

        await using (var killed = ProgramProcess.Start(review, environment))
        {
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            await killed.KillAsync();
        }

        hook.Status = _ => Task.FromResult(204);
        await using var second = ProgramProcess.Start(review, environment);
        var (exitCode, output, error) = await second.EndAsync();
        await using var third = ProgramProcess.Start(review, environment);
        var (_, outputAgain, _) = await third.EndAsync();

        Assert.True(exitCode == 0, error);
        Assert.Equal(["LOW_SUCCESS_RATE impl", "STALE_TASK old", "STUCK_PHASE spec"], hook.Told.Order(StringComparer.Ordinal));
        Assert.Contains("STALE_TASK", output, StringComparison.Ordinal);
        Assert.Equal(WithoutMinutes(output), WithoutMinutes(outputAgain));
    }

    // They go on between two reviews.
    private static string WithoutMinutes(string output) => Regex.Replace(output, @"for \d+ minutes", "for minutes", RegexOptions.None, TimeSpan.FromSeconds(1));

    private static async Task AddAsync(string folder, DateTimeOffset at)
    {
        await using var storage = StorageConnection.Open(new StorageSettings(folder));
        using var parts = new AgentParts(storage.Entities, TimeProvider.System);
        await parts.Tasks.ChangeAsync("old", _ => new AgentTask("old", AgentTaskStatus.Pending, at, at, new TaskRequest("old", "spec")), Cancel);
        await parts.Record.RecordAsync(
            [.. Enumerable.Range(0, 40).Select(index => new TaskMetric($"t{index}", "impl", "m", 5, AgentTaskStatus.Failed, at, OutputChars: 4))], amend: false, Cancel);
    }
}
