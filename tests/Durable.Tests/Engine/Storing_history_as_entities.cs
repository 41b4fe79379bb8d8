using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Engine;
using FunctionsEval.Durable.Protocol;
using FunctionsEval.Hosting.StandAlone;
using FunctionsEval.Storage;
using FunctionsEval.Storage.Sqlite;
using FunctionsEval.TestKit;

namespace FunctionsEval.Durable.Tests.Engine;

public sealed class Storing_history_as_entities : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteDatabase _database;
    private readonly SqliteEntityStore _entities;

    public Storing_history_as_entities()
    {
        _database = SqliteDatabase.Open(_folder.File("data.db"));
        _entities = new SqliteEntityStore(_database);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_appended_comes_back()
    {
        var state = State("one") with
        {
            Status = OrchestrationRuntimeStatus.Suspended,
            Version = "v2",
            Input = "[1]",
            CustomStatus = "\"half\"",
            FailureDetails = new TaskFailureDetails("Type", "message", "stack", new TaskFailureDetails("Inner", "inner"), true),
            Parent = new ParentLink("above", "execution", "Name", 3),
            NextCommit = 1,
            Received = ["c:1", "i:2"],
            Outbox = [new OutboxMessage { ExecutionId = "e", Action = new OrchestratorAction { Id = 4, SendEvent = new SendEventAction { Name = "N" } } }],
        };
        HistoryEvent[] events = [Histories.Turn(), Histories.Started("Main", "[1]"), Histories.Raised("N", "\"ü\"")];
        await Store().AppendAsync([new HistoryCommit(state, events, 0, 0)], Token);

        var stored = (await Store().LoadAsync("one", withHistory: true, Token))!;

        Assert.Equal(events, stored.History);
        Assert.Equal(state.Received, stored.State.Received);
        Assert.Equal(state.Outbox, stored.State.Outbox);
        Assert.Equal(state, stored.State with { Received = state.Received, Outbox = state.Outbox });
        Assert.Null(await Store().LoadAsync("two", withHistory: true, Token));
    }

    [Fact]
    public async Task A_commit_is_one_row_and_the_state_and_large_ones_are_more()
    {
        var small = State("small") with { NextCommit = 1 };
        HistoryEvent[] thousand = [.. Enumerable.Range(0, 1000).Select(id => Histories.Completed(id, $"{id}"))];
        var large = State("large") with { NextCommit = 1, Output = new string('x', 2_000_000) };
        HistoryEvent[] heavy = [.. Enumerable.Range(0, 60).Select(id => Histories.Completed(id, $"\"{new string((char)('a' + (id % 26)), 100_000)}\""))];
        await Store().AppendAsync([new HistoryCommit(small, thousand, 0, 0), new HistoryCommit(large, heavy, 0, 0)], Token);

        Assert.Equal(["input|000", "state|000", "turn|0000000000|000"], await RowsAsync("small"));
        Assert.Equal(3 + 1 + 7, (await RowsAsync("large")).Length);
        Assert.Equal(thousand, (await Store().LoadAsync("small", true, Token))!.History);
        var loaded = (await Store().LoadAsync("large", true, Token))!;
        Assert.Equal(heavy, loaded.History);
        Assert.Equal(large.Output, loaded.State.Output);
    }

    [Fact]
    public async Task Writing_a_commit_again_changes_nothing()
    {
        var commit = new HistoryCommit(State("one") with { NextCommit = 1, Status = OrchestrationRuntimeStatus.Completed }, [Histories.Turn()], 0, 0);
        var store = Store();
        await store.AppendAsync([new HistoryCommit(commit.State with { Status = OrchestrationRuntimeStatus.Running }, commit.Events, 0, 0)], Token);
        await store.AppendAsync([commit], Token);
        await store.AppendAsync([commit], Token);

        Assert.Equal(commit.Events, (await Store().LoadAsync("one", true, Token))!.History);
        Assert.Empty(await UnsettledAsync());
    }

    [Fact]
    public async Task Only_unsettled_instances_are_loaded()
    {
        var store = Store();
        var running = State("running") with { NextCommit = 1 };
        var finished = State("finished") with { NextCommit = 1, Status = OrchestrationRuntimeStatus.Completed };
        var sending = finished with { Outbox = [new OutboxMessage { ExecutionId = "e", Action = new OrchestratorAction { Id = 1 } }] };
        await store.AppendAsync([.. new[] { running, finished, sending with { InstanceId = "sending" } }.Select(state => Commit(state))], Token);
        Assert.Equal(["running", "sending"], await UnsettledAsync());

        await store.AppendAsync([Commit(running with { Status = OrchestrationRuntimeStatus.Failed, NextCommit = 2 }, 1)], Token);

        Assert.Equal(["sending"], await UnsettledAsync());
    }

    [Fact]
    public async Task A_row_of_an_instance_that_never_was_is_swept_away()
    {
        await _entities.SubmitAsync(EntityHistoryStore.Table, EntityOperation.Upsert(new Entity("open", "ghost")), Token);

        Assert.Empty(await UnsettledAsync());
        Assert.Null(await _entities.FindAsync(EntityHistoryStore.Table, "open", "ghost", Token));
    }

    [Fact]
    public async Task Ended_executions_are_deleted()
    {
        var store = Store();
        for (var number = 0; number < 3; number++)
        {
            await store.AppendAsync([Commit(State("one") with { NextCommit = number + 1 }, number)], Token);
        }

        await store.AppendAsync([Commit(State("one") with { FirstCommit = 3, NextCommit = 4 }, 3)], Token);

        Assert.Equal(["input|000", "state|000", "turn|0000000003|000"], await RowsAsync("one"));
    }

    [Fact]
    public async Task A_purge_leaves_no_row()
    {
        var store = Store();
        await store.AppendAsync([Commit(State("one") with { NextCommit = 1, Status = OrchestrationRuntimeStatus.Completed })], Token);

        await store.PurgeAsync("one", Token);

        Assert.Empty(await RowsAsync("one"));
        await store.PurgeAsync("one", Token);
    }

    [Fact]
    public async Task A_lost_store_is_not_written()
    {
        using var lost = new CancellationTokenSource();
        var store = new EntityHistoryStore(_entities, lost.Token);
        await lost.CancelAsync();

        await Assert.ThrowsAsync<HistoryOwnershipLostException>(() => store.AppendAsync([Commit(State("one"))], Token));
        Assert.Empty(await RowsAsync("one"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(11)]
    public async Task Random_orchestrations_survive_crashes_on_SQLite(int seed)
    {
        var program = RandomPrograms.Make(seed);
        var (expected, _) = await Surviving_crashes.RunAsync(program, new InMemoryHistoryStore(), []);
        var random = new Random(seed);

        var (end, _) = await Surviving_crashes.RunAsync(program, Store(), [.. Enumerable.Range(0, 8).Select(_ => 1 + random.Next(4))]);

        Assert.Equal(expected.SerializedOutput, end.SerializedOutput);
    }

    [Fact]
    public async Task A_fan_out_runs_on_SQLite()
    {
        var result = await Benchmarks.Fanout.MeasureAsync(Store(), activities: 1000, orchestrations: 3, Token);

        Assert.Equal(3000, result.Activities);
        Assert.Empty(await UnsettledAsync());
    }

    private static InstanceState State(string id) => new(id, "Main", "execution")
    {
        CreatedAt = new DateTimeOffset(Histories.Start),
        LastUpdatedAt = new DateTimeOffset(Histories.Start.AddSeconds(1)),
    };

    private static HistoryCommit Commit(InstanceState state, long number = 0) => new(state, [Histories.Turn()], number, 0);

    private EntityHistoryStore Store() => new(_entities, CancellationToken.None);

    private async Task<string[]> UnsettledAsync()
    {
        var ids = new List<string>();
        await foreach (var stored in Store().LoadUnsettledAsync(Token))
        {
            ids.Add(stored.State.InstanceId);
        }

        return [.. ids.Order(StringComparer.Ordinal)];
    }

    private async Task<string[]> RowsAsync(string id)
    {
        var rows = new List<string>();
        await foreach (var row in _entities.QueryAsync(new EntityQuery(EntityHistoryStore.Table, PartitionKey: "i|" + id), Token))
        {
            rows.Add(row.RowKey);
        }

        return [.. rows];
    }
}
