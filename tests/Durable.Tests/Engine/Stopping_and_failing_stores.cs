using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Engine;

namespace FunctionsEval.Durable.Tests.Engine;

public sealed class Stopping_and_failing_stores
{
    [Fact]
    public async Task A_failed_write_is_repeated_and_nothing_is_lost()
    {
        var store = new FailingStore(new InMemoryHistoryStore(), failEvery: 2, () => new IOException("disk full"));
        var activities = 0;
        await using var host = await EngineHost.StartAsync(Registry(() => Interlocked.Increment(ref activities)), store);
        var id = await host.AdvanceUntilAsync(host.ScheduleAsync("Main", 20));

        Assert.Equal("20", (await host.EndAsync(id)).SerializedOutput);
        Assert.Equal(20, activities);
        Assert.True(store.Failures > 0);
    }

    [Fact]
    public async Task A_lost_store_stops_the_engine_and_whoever_waits_is_told()
    {
        var store = new FailingStore(new InMemoryHistoryStore(), failEvery: 1, () => new HistoryOwnershipLostException("somebody else"));
        await using var host = await EngineHost.StartAsync(Registry(() => 0), store);

        await Assert.ThrowsAsync<EngineStoppedException>(() => host.ScheduleAsync("Main", 3));
        await Assert.ThrowsAsync<HistoryOwnershipLostException>(() => host.Engine.Completion);
        await Assert.ThrowsAsync<EngineStoppedException>(() => host.ScheduleAsync("Main", 3));
    }

    [Fact]
    public async Task A_stop_cancels_activities_and_the_next_engine_runs_them_again()
    {
        var store = new InMemoryHistoryStore();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        var registry = new DurableTaskRegistry()
            .AddActivity<int, int>("Hang", async (_, number, token) =>
            {
                if (Interlocked.Increment(ref calls) == 1)
                {
                    started.SetResult();
                    await new TaskCompletionSource().Task.WaitAsync(token);
                }

                return number;
            })
            .AddOrchestrator<int, int>("Main", async (context, number) => await context.CallActivityAsync<int>("Hang", number));
        var first = await EngineHost.StartAsync(registry, store);
        var id = await first.ScheduleAsync("Main", 5);
        await started.Task.WaitAsync(TestContext.Current.CancellationToken);
        var waiting = first.Client.WaitForInstanceCompletionAsync(id, true, TestContext.Current.CancellationToken);

        await first.Engine.StopAsync(TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<EngineStoppedException>(() => waiting);
        await first.Engine.Completion;
        await using var second = await EngineHost.StartAsync(registry, store, seed: 2);
        Assert.Equal("5", (await second.EndAsync(id)).SerializedOutput);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task A_timer_that_passed_while_nothing_ran_fires_at_the_start()
    {
        var store = new InMemoryHistoryStore();
        var registry = new DurableTaskRegistry().AddOrchestrator<int, string>("Sleep", async (context, hours) =>
        {
            await context.CreateTimer(TimeSpan.FromHours(hours), CancellationToken.None);
            return "awake";
        });
        var first = await EngineHost.StartAsync(registry, store);
        await first.ScheduleAsync("Sleep", 5, "sleeper");
        await first.DisposeAsync();
        first.Clock.Advance(TimeSpan.FromHours(50));

        await using var second = await EngineHost.StartAsync(registry, store, first.Clock, seed: 2);
        var end = await second.Client.WaitForInstanceCompletionAsync("sleeper", true, TestContext.Current.CancellationToken);

        Assert.Equal("\"awake\"", end.SerializedOutput);
    }

    [Fact]
    public async Task Code_that_changed_under_a_running_instance_fails_it_and_only_it()
    {
        var store = new InMemoryHistoryStore();
        var never = new TaskCompletionSource<int>();
        var before = Waiting(never.Task, "Old");
        var first = await EngineHost.StartAsync(before, store);
        await first.ScheduleAsync("Main", 0, "changed");
        await first.DisposeAsync();

        await using var second = await EngineHost.StartAsync(Waiting(Task.FromResult(1), "New"), store, seed: 2);

        var end = await second.EndAsync("changed");
        Assert.Equal("DurableTask.Core.Exceptions.NonDeterministicOrchestrationException", end.FailureDetails!.ErrorType);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await second.RunAsync("Main")).RuntimeStatus);
    }

    private static DurableTaskRegistry Waiting(Task<int> until, string activity) => new DurableTaskRegistry()
        .AddActivity<int, int>("Old", (_, _, token) => until.WaitAsync(token))
        .AddActivity<int, int>("New", (_, _, token) => until.WaitAsync(token))
        .AddOrchestrator<int, int>("Main", async (context, _) => await context.CallActivityAsync<int>(activity));

    private static DurableTaskRegistry Registry(Func<int> called) => new DurableTaskRegistry()
        .AddActivity<int, int>("Count", (_, _, _) =>
        {
            called();
            return Task.FromResult(1);
        })
        .AddOrchestrator<int, int>("Main", async (context, count) =>
        {
            var sum = 0;
            for (var step = 0; step < count; step++)
            {
                sum += await context.CallActivityAsync<int>("Count");
            }

            return sum;
        });

    private sealed class FailingStore(IHistoryStore inner, int failEvery, Func<Exception> failure) : IHistoryStore
    {
        private int _writes;

        public int Failures { get; private set; }

        public Task AppendAsync(IReadOnlyList<HistoryCommit> commits, CancellationToken cancellationToken)
        {
            if (++_writes % failEvery == 0)
            {
                Failures++;
                throw failure();
            }

            return inner.AppendAsync(commits, cancellationToken);
        }

        public IAsyncEnumerable<StoredInstance> LoadUnsettledAsync(CancellationToken cancellationToken) => inner.LoadUnsettledAsync(cancellationToken);

        public Task<StoredInstance?> LoadAsync(string instanceId, bool withHistory, CancellationToken cancellationToken) =>
            inner.LoadAsync(instanceId, withHistory, cancellationToken);

        public Task PurgeAsync(string instanceId, CancellationToken cancellationToken) => inner.PurgeAsync(instanceId, cancellationToken);
    }
}
