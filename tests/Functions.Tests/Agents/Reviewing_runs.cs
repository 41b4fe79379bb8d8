using FunctionsEval.Agents.Reviews;
using FunctionsEval.Agents.Reviews.Rules;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage.Connection;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Functions.Tests.Agents;

public sealed class Reviewing_runs : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(RunCells.Noon);
    private readonly StorageConnection _storage;
    private readonly AgentParts _parts;

    public Reviewing_runs()
    {
        _storage = StorageConnection.Open(new StorageSettings(_folder.Path));
        _parts = new AgentParts(_storage.Entities, _clock);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _parts.Dispose();
        await _storage.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_run_that_stands_still_is_found_once_keeps_its_id_and_is_resolved_when_it_goes_on()
    {
        var run = RunCells.Run(items: 4);
        await _parts.Runs.AddAsync(run, Cancel);
        Assert.Empty(await FindAsync(minutesLater: 0));
        Assert.Empty(await FindAsync(minutesLater: 29));

        var found = Assert.Single(await FindAsync(minutesLater: 1));
        var again = Assert.Single(await FindAsync(minutesLater: 15));
        await StoreAsync(run, CellOutcome.Scored, 0);
        var after = await FindAsync(minutesLater: 1);

        Assert.Equal((RunConditions.StalledRun, Severity.High, run.RunId), (found.Rule, found.Severity, found.Subject));
        Assert.Equal("No cell has ended for 30 minutes; 0 of 24 have.", found.Message);
        Assert.Equal((found.Id, found.FirstSeenAt, _clock.GetUtcNow().AddMinutes(-1)), (again.Id, again.FirstSeenAt, again.LastSeenAt));
        Assert.Empty(after);
        var resolved = Assert.Single((await _parts.Findings.ReportAsync(withResolved: true, Cancel)).Findings);
        Assert.Equal((found.Id, _clock.GetUtcNow()), (resolved.Id, resolved.ResolvedAt));
    }

    [Fact]
    public async Task A_condition_that_comes_back_is_open_again_from_then_on()
    {
        var run = RunCells.Run(items: 4);
        await _parts.Runs.AddAsync(run, Cancel);
        await FindAsync(minutesLater: 0);
        var first = Assert.Single(await FindAsync(minutesLater: 30));
        await StoreAsync(run, CellOutcome.Scored, 0);
        await FindAsync(minutesLater: 5);

        var second = Assert.Single(await FindAsync(minutesLater: 30));

        Assert.Equal((first.Id, null), (second.Id, second.ResolvedAt));
        Assert.Equal(_clock.GetUtcNow(), second.FirstSeenAt);
    }

    [Fact]
    public async Task A_pause_counts_from_when_it_was_seen_and_is_forgotten_after_a_day()
    {
        var run = RunCells.Run();
        await _parts.Runs.AddAsync(run, Cancel);
        await FindAsync(minutesLater: 0);
        await _parts.Runs.ChangeAsync(run.RunId, stored => stored with { Status = RunStatus.Paused }, Cancel);
        await FindAsync(minutesLater: 20);
        Assert.Empty(await FindAsync(minutesLater: 23 * 60));

        var found = Assert.Single(await FindAsync(minutesLater: 60));

        Assert.Equal((RunConditions.ForgottenPause, Severity.Medium, "The run has been paused for 24 hours."), (found.Rule, found.Severity, found.Message));
    }

    [Theory]
    [InlineData(RunStatus.Failed, 0, 24, RunConditions.FailedRun)]
    [InlineData(RunStatus.Completed, 3, 21, RunConditions.FailedCells)]
    [InlineData(RunStatus.Completed, 2, 22, null)]
    [InlineData(RunStatus.Cancelled, 24, 0, null)]
    public async Task Runs_that_ended_badly_are_found_for_a_week(RunStatus status, int failed, int scored, string? rule)
    {
        var run = RunCells.Run(items: 4) with { Status = status, Course = new RunCourse(CompletedAt: RunCells.Noon) };
        await _parts.Runs.AddAsync(run, Cancel);
        await StoreAsync(run, CellOutcome.Failed, [.. Enumerable.Range(0, failed)]);
        await StoreAsync(run, CellOutcome.Scored, [.. Enumerable.Range(failed, scored)]);

        var now = await FindAsync(minutesLater: 10);
        var later = await FindAsync(minutesLater: 7 * 24 * 60);

        Assert.Equal(rule, now.SingleOrDefault()?.Rule);
        Assert.Empty(later);
    }

    [Fact]
    public async Task Resolved_findings_are_kept_for_thirty_days()
    {
        var run = RunCells.Run();
        await _parts.Runs.AddAsync(run, Cancel);
        await FindAsync(minutesLater: 0);
        Assert.Single(await FindAsync(minutesLater: 30));
        await _parts.Runs.ChangeAsync(run.RunId, stored => stored with { Status = RunStatus.Cancelled, Course = new RunCourse(CompletedAt: _clock.GetUtcNow()) }, Cancel);
        Assert.Empty(await FindAsync(minutesLater: 1));

        await FindAsync(minutesLater: 30 * 24 * 60);
        Assert.Single(await _parts.Findings.AllAsync(Cancel));
        await FindAsync(minutesLater: 1);

        Assert.Empty(await _parts.Findings.AllAsync(Cancel));
    }

    private async Task<IReadOnlyList<Finding>> FindAsync(double minutesLater)
    {
        _clock.Advance(TimeSpan.FromMinutes(minutesLater));
        return (await _parts.Review.RunAsync(Cancel)).Findings;
    }

    private async Task StoreAsync(RunRecord run, CellOutcome outcome, params int[] cells)
    {
        var addresses = RunCells.Addresses(run).ToList();
        foreach (var cell in cells)
        {
            await _parts.Cells.StoreAsync(run.RunId, RunCells.Of(outcome, addresses[cell]), RunCells.Said("3"), RunCells.Calls(1));
        }
    }
}
