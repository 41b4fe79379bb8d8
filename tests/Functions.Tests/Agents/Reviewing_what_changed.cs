using System.Globalization;
using FunctionsEval.Agents.Goals;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Thresholds;
using FunctionsEval.Storage;
using FunctionsEval.Storage.Connection;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Functions.Tests.Agents;

/// <summary>What a review reads again, and what is left when one is broken off.</summary>
public sealed class Reviewing_what_changed(AgentStores stores) : IClassFixture<AgentStores>
{
    private const int Tasks = 96;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(AgentStores.Kinds), MemberType = typeof(AgentStores))]
    public async Task A_second_review_reads_only_the_days_that_changed_and_finds_the_same(string kind)
    {
        await using var bench = await Bench.CreateAsync(stores, kind);
        await bench.Parts.Record.RecordAsync([.. Enumerable.Range(0, Tasks).Select(index => Report($"t{index}", AgentServer.Start.AddHours(-index % 72)))], amend: false, Cancel);

        var (first, read) = await bench.ReviewAsync();
        var (second, readAgain) = await bench.ReviewAsync();
        await bench.Parts.Record.RecordAsync([Report("late", AgentServer.Start.AddHours(-50)) with { OutputChars = 0, Status = AgentTaskStatus.Completed }], amend: false, Cancel);
        var (third, readThen) = await bench.ReviewAsync();
        await bench.Parts.Record.RecordAsync([Report("t0", AgentServer.Start) with { Status = AgentTaskStatus.TimedOut }], amend: true, Cancel);
        var (_, readLast) = await bench.ReviewAsync();
        var ended = await bench.Parts.Tasks.EndedAsync(AgentServer.Start.AddDays(-7), AgentServer.Start.AddDays(1), Cancel);

        Assert.Equal(Tasks, read);
        Assert.Equal(0, readAgain);
        Assert.InRange(readThen, 1, Tasks / 4);
        Assert.InRange(readLast, 1, Tasks / 4);
        Assert.Contains("LOW_SUCCESS_RATE impl", first);
        Assert.Equal(first, second);
        Assert.Equal(first, third);
        Assert.Equal(Tasks + 1, ended.All.Count);
        Assert.Equal(AgentTaskStatus.TimedOut, ended.All.Single(task => task.TaskId == "t0").Status);
        Assert.Equal((string?)"cannot open 't7'", ended.All.Single(task => task.TaskId == "t7").Metric!.Error);
    }

    /// <summary>Each submission of a review is the last one that its process makes, once before and once after it is applied.</summary>
    [Theory]
    [InlineData(AgentStores.Sqlite, 3)]
    [InlineData(AgentStores.Azure, 12)]
    public async Task A_review_that_breaks_off_anywhere_loses_nothing_and_doubles_nothing(string kind, int step)
    {
        step = LongRun.IsOn ? 1 : step;
        var expected = await OutcomeAsync(kind, breaksAfter: null, isLastApplied: false);
        Assert.Equal("EXECUTOR_FAILING e; LOW_SUCCESS_RATE impl; REPEATED_FAILURES impl: cannot open '*'; STALE_TASK old; STUCK_PHASE spec", expected.Told);
        Assert.Contains("True", expected.Goal, StringComparison.Ordinal);

        for (var last = 0; last < expected.Submitted; last += step)
        {
            foreach (var isLastApplied in new[] { false, true })
            {
                var outcome = await OutcomeAsync(kind, last, isLastApplied);
                Assert.Equal(expected with { Submitted = outcome.Submitted }, outcome);
            }
        }
    }

    private async Task<Outcome> OutcomeAsync(string kind, int? breaksAfter, bool isLastApplied)
    {
        await using var hook = await Webhook.StartAsync();
        await using var bench = await Bench.CreateAsync(stores, kind, AgentThresholds.Parse(hook.Settings("\"proposals\": {\"autonomous\": true, \"daily_cap\": 2},")));
        await bench.Parts.Goals.PutAsync("g", new GoalRequest("Goal"), Cancel);
        await bench.Parts.Goals.ImportAsync("g", MarkdownBacklog.Read("- [ ] one\n- [ ] two", AgentServer.Start), Cancel);
        var item = (await bench.Parts.Goals.AllAsync(Cancel))[0].Backlog[0].ItemId;
        await bench.AddAsync(new TaskRequest("old", "spec", "Write it down"), task => task with { CreatedAt = AgentServer.Start.AddHours(-25), ChangedAt = AgentServer.Start.AddHours(-25) });
        await bench.Parts.Record.RecordAsync([.. Enumerable.Range(0, 30).Select(index => Report($"t{index}", AgentServer.Start.AddMinutes(-index - 1)))], amend: false, Cancel);

        // Its process died before the goal took it in.
        await bench.AddAsync(new TaskRequest("done", "impl", Goal: "g", BacklogItem: item), task => AgentTask.Ended(task, Report("done", AgentServer.Start.AddHours(-3)) with { Status = AgentTaskStatus.Completed }, AgentServer.Start));

        bench.Store.BreaksAfter = bench.Store.Submitted + breaksAfter;
        bench.Store.IsLastApplied = isLastApplied;
        var before = bench.Store.Submitted;
        if (breaksAfter is null)
        {
            await bench.ReviewAsync();
        }
        else
        {
            await Assert.ThrowsAsync<StorageException>(() => bench.ReviewAsync());
        }

        var submitted = bench.Store.Submitted - before;
        bench.Store.BreaksAfter = null;
        bench.Clock.Advance(TimeSpan.FromMinutes(6));
        var (findings, _) = await bench.ReviewAsync();
        var proposals = await bench.Parts.ProposalStore.AllAsync(Cancel);
        var tasks = await bench.Parts.Tasks.OpenAsync(Cancel);
        return new Outcome(
            string.Join("; ", findings),
            string.Join("; ", hook.Told.Order(StringComparer.Ordinal)),
            string.Join("; ", proposals.Select(proposal => $"{proposal.ProposalId} {proposal.Kind} {proposal.Status}").Order(StringComparer.Ordinal)),
            string.Join("; ", tasks.Select(task => task.TaskId).Order(StringComparer.Ordinal)),
            string.Join("; ", (await bench.Parts.Goals.AllAsync(Cancel))[0].Backlog.Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.Text} {item.DoneAt is not null} {item.DoneBy}"))),
            submitted);
    }

    private static TaskMetric Report(string id, DateTimeOffset ended) =>
        new(id, "impl", "m", 10, AgentTaskStatus.Failed, ended, "e", "v1", Usage: new TaskUsage(10, 5, 1, 0.5), Error: $"cannot open '{id}'", OutputChars: 5);

    private sealed record Outcome(string Findings, string Told, string Proposals, string Tasks, string Goal, int Submitted);

    private sealed class Bench : IAsyncDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly StorageConnection _storage;

        private Bench(IReadOnlyDictionary<string, string> environment, AgentThresholds? thresholds)
        {
            _storage = StorageConnection.Open(new Settings(environment.GetValueOrDefault, _folder.File("data")).Storage);
            Store = new WatchedEntityStore(_storage.Entities);
            Parts = new AgentParts(Store, Clock, thresholds);
        }

        public FakeTimeProvider Clock { get; } = new(AgentServer.Start);

        public WatchedEntityStore Store { get; }

        public AgentParts Parts { get; }

        public static async Task<Bench> CreateAsync(AgentStores stores, string kind, AgentThresholds? thresholds = null) =>
            new((await stores.EmptyAsync(kind)).ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal), thresholds);

        /// <summary>The open findings, and how many rows of ended tasks were read.</summary>
        public async Task<(List<string> Findings, int Read)> ReviewAsync()
        {
            Store.Forget();
            var report = await Parts.Review.RunAsync(Cancel);
            return (
                [.. report.Findings.Select(finding => $"{finding.Rule} {finding.Subject}").Order(StringComparer.Ordinal)],
                Store.Read.Count(row => row.StartsWith("AgentTasks ", StringComparison.Ordinal) && row.Contains(" ended|", StringComparison.Ordinal)));
        }

        public Task AddAsync(TaskRequest request, Func<AgentTask, AgentTask>? change = null)
        {
            var task = new AgentTask(request.TaskId, AgentTaskStatus.Pending, Clock.GetUtcNow(), Clock.GetUtcNow(), request);
            return Parts.Tasks.ChangeAsync(request.TaskId, _ => change is null ? task : change(task), Cancel);
        }

        public async ValueTask DisposeAsync()
        {
            Parts.Dispose();
            await _storage.DisposeAsync();
            _folder.Dispose();
        }
    }
}
