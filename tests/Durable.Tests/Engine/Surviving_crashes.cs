using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Engine;
using FunctionsEval.TestKit;

namespace FunctionsEval.Durable.Tests.Engine;

/// <summary>Random orchestrations end the same whatever commit the engine dies at, and whatever is replayed.</summary>
public sealed class Surviving_crashes
{
    private const string Id = "main";

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_crash_after_any_commit_changes_nothing(int seed)
    {
        var program = RandomPrograms.Make(seed);
        var (expected, _) = await RunAsync(program, new InMemoryHistoryStore(), crashes: []);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, expected.RuntimeStatus);

        for (var crash = 1; ; crash++)
        {
            var (end, crashed) = await RunAsync(program, new InMemoryHistoryStore(), crashes: [crash]);
            Assert.Equal((crash, null, expected.SerializedOutput), (crash, end.FailureDetails?.ErrorMessage, end.SerializedOutput));
            if (crashed == 0)
            {
                return;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Many_crashes_change_nothing(int seed)
    {
        var program = RandomPrograms.Make(seed);
        var (expected, _) = await RunAsync(program, new InMemoryHistoryStore(), crashes: []);
        var random = new Random(seed);

        var (end, _) = await RunAsync(program, new InMemoryHistoryStore(), [.. Enumerable.Range(0, 12).Select(_ => 1 + random.Next(4))]);

        Assert.Equal(expected.SerializedOutput, end.SerializedOutput);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_hot_execution_does_what_a_cold_replay_does(int seed)
    {
        var program = RandomPrograms.Make(seed);
        var registry = new RandomPrograms().Registry;
        var store = new RecordingStore(new InMemoryHistoryStore(), registry);
        await using var host = await EngineHost.StartAsync(registry, store);
        await host.ScheduleAsync("Program", program, Id);
        foreach (var name in RandomPrograms.Events(program))
        {
            await host.RaiseAsync(Id, name, name.Length);
        }

        var end = await host.EndAsync(Id);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Null(store.Difference);
        Assert.True(store.Turns > 0);
    }

    /// <summary>Runs to the end with one engine after the other; an engine whose store has crashed is abandoned as it is.</summary>
    internal static async Task<(OrchestrationMetadata End, int Crashed)> RunAsync(RandomProgram program, IHistoryStore store, int[] crashes)
    {
        var programs = new RandomPrograms();
        var clock = new FakeClock();
        var abandoned = new List<EngineHost>();
        try
        {
            for (var life = 0; ; life++)
            {
                var crashing = new CrashingStore(store, life < crashes.Length ? crashes[life] : int.MaxValue);
                var host = await EngineHost.StartAsync(programs.Registry, crashing, clock, seed: life);
                abandoned.Add(host);
                var ending = LiveAsync(host, program);
                await host.AdvanceUntilAsync(Task.WhenAny(ending, crashing.Crashed));
                if (!crashing.Crashed.IsCompleted)
                {
                    return (await ending, life);
                }
            }
        }
        finally
        {
            await Task.WhenAll(abandoned.Select(host => StopAsync(host.Engine)));
        }
    }

    private static async Task<OrchestrationMetadata> LiveAsync(EngineHost host, RandomProgram program)
    {
        if (await host.GetAsync(Id) is null)
        {
            await host.ScheduleAsync("Program", program, Id);
        }

        // Raised again in every life: an id that was seen is not taken twice.
        foreach (var name in RandomPrograms.Events(program))
        {
            await host.RaiseAsync(Id, name, name.Length, messageId: name);
        }

        return await host.Client.WaitForInstanceCompletionAsync(Id, true, TestContext.Current.CancellationToken);
    }

    private static async Task StopAsync(EmbeddedEngine engine)
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await engine.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // It has crashed: its writes never return.
        }
    }
}
