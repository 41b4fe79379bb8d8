using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Engine;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.Durable.Tests.Engine;

/// <summary>An engine on a clock of its own, which moves on while a test waits for an end.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private EngineHost(EmbeddedEngine engine, FakeClock clock)
    {
        Engine = engine;
        Clock = clock;
    }

    public EmbeddedEngine Engine { get; }

    public FakeClock Clock { get; }

    public DurableTaskClient Client => Engine.Client;

    public static async Task<EngineHost> StartAsync(
        DurableTaskRegistry registry, IHistoryStore? store = null, FakeClock? clock = null, EmbeddedEngineOptions? options = null, int seed = 1)
    {
        clock ??= new FakeClock();
        var engine = new EmbeddedEngine(
            store ?? new InMemoryHistoryStore(),
            registry,
            Histories.Json,
            options ?? new EmbeddedEngineOptions(),
            clock,
            new Random(seed),
            NullLoggerFactory.Instance);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        return new EngineHost(engine, clock);
    }

    public Task<string> ScheduleAsync(string name, object? input = null, string? id = null) => Client.ScheduleNewOrchestrationInstanceAsync(
        name, input, new StartOrchestrationOptions(id), TestContext.Current.CancellationToken);

    public Task RaiseAsync(string id, string name, object? payload = null, string? messageId = null) =>
        Client.RaiseEventAsync(id, name, payload, TestContext.Current.CancellationToken, messageId);

    public Task<OrchestrationMetadata?> GetAsync(string id) => Client.GetInstanceAsync(id, true, TestContext.Current.CancellationToken);

    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null, string? id = null) =>
        await EndAsync(await ScheduleAsync(name, input, id));

    public Task<OrchestrationMetadata> EndAsync(string id) =>
        AdvanceUntilAsync(Client.WaitForInstanceCompletionAsync(id, true, TestContext.Current.CancellationToken));

    /// <summary>Moves the clock until the task ends.</summary>
    public async Task<T> AdvanceUntilAsync<T>(Task<T> task)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!task.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromHours(1));
            await Task.WhenAny(task, ticks.WaitForNextTickAsync(TestContext.Current.CancellationToken).AsTask());
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, "The orchestration did not end.");
        }

        return await task;
    }

    /// <summary>Waits, with the clock standing still, until something is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!await condition())
        {
            await ticks.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, $"It never came true: {what}.");
        }
    }

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}
