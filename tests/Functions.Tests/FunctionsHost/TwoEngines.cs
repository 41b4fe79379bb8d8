using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using FunctionsEval.Hosting;
using FunctionsEval.Local;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Testing;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.Functions.Tests.FunctionsHost;

/// <summary>
/// Scripted runs, by their ids, on the orchestrations of one machine and on the engine of the Durable Task SDK, which keeps histories and
/// replays them, with the JSON of the function app. All at once, for the SDK's engine takes its time.
/// </summary>
public sealed class TwoEngines : IAsyncLifetime
{
    private const int Attempts = 4;

    /// <summary>Twice as long as all takes where it does not stand still.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(100);

    private readonly Dictionary<string, OrchestrationMetadata> _ends = new(StringComparer.Ordinal);

    internal static IReadOnlyDictionary<string, Func<RunScript>> Scripts { get; } = new Dictionary<string, Func<RunScript>>(StringComparer.Ordinal)
    {
        // Three blocks of two cells with a look behind each, two blocks an execution; one cell is paused at first, one fails once.
        ["r-waves"] = () => new RunScript(
            new RunPlan("r-waves", 6, 1, 1, Seed: 42, LookEvery: 2, BlocksPerWave: 2),
            (item, attempt) => (item, attempt) switch
            {
                (1, 1) => EvaluateCell.Paused,
                (2, 1) => throw new IOException("The store is away for a moment."),
                _ => "scored",
            }),
        ["r-stops"] = () => new RunScript(new RunPlan("r-stops", 4, 1, 1, Seed: 7, LookEvery: 2), Look: number => $"decided: Look {number} is enough."),

        // A look ends it before its second block; a block of pairs follows in an execution of its own, and one of the pairs meets a paused run.
        ["r-pairs"] = () => new RunScript(
            new RunPlan("r-pairs", 4, 1, 1, Seed: 7, LookEvery: 2, BlocksPerWave: 1, JudgedPairs: 4),
            Look: number => $"decided: Look {number} is enough.",
            Pair: (number, attempt) => (number, attempt) is (2, 1) ? EvaluateCell.Paused : JudgePair.Judged),
        ["r-allocates"] = () => new RunScript(new RunPlan("r-allocates", 2, 1, 1, Seed: 7, AllocatedCells: 2), Failing: AnalyzeRun.Name),
        ["r-fails"] = () => new RunScript(new RunPlan("r-fails", 2, 1, 1, Seed: 7), Failing: PrepareRun.Name),

        // A turn ends before all is judged, the next meets a paused run, the third writes the scores.
        ["r-scores"] = () => new RunScript(
            new RunPlan("r-scores", 4, 1, 1, Seed: 7, IsRescored: true),
            Turn: attempt => attempt switch { 1 => ScoreRunAgain.More, 2 => EvaluateCell.Paused, _ => ScoreRunAgain.Scored }),
        ["r-cancelled"] = () => new RunScript(new RunPlan("r-cancelled", 2, 1, 1, Seed: 7), (_, _) => EvaluateCell.Cancelled),
    };

    /// <summary>As inputs and results stand in histories.</summary>
    internal static JsonSerializerOptions JsonOfWorker { get; } = CreateJson();

    internal Dictionary<string, RunScript> Local { get; } = Scripts.ToDictionary(script => script.Key, script => script.Value());

    internal Dictionary<string, RunScript> Durable { get; private set; } = [];

    internal RecordedCalls LocalCalls { get; } = new();

    internal RecordedCalls DurableCalls { get; private set; } = new();

    /// <summary>How a run ended on the engine with histories.</summary>
    internal OrchestrationMetadata EndOf(string runId) => _ends[runId];

    public async ValueTask InitializeAsync()
    {
        await using var local = new LocalOrchestrations(LocalTasks(), TimeProvider.System, NullLoggerFactory.Instance);

        // Both wait for the same retries, 15 s of them: at once.
        var inMemory = Task.WhenAll(Local.Select(run => RunAsync(new LocalDurableTaskClient(local), run.Key, run.Value)));
        for (var attempt = 1; !await RunOnDurableAsync(isLast: attempt == Attempts); attempt++)
        {
            TestContext.Current.SendDiagnosticMessage("The engine of the SDK stood still; another one begins anew.");
        }

        await inMemory;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>False when the engine, which is made for tests, lost a message of its own and stood still; what was recorded until then goes with it.</summary>
    private async Task<bool> RunOnDurableAsync(bool isLast)
    {
        Durable = Scripts.ToDictionary(script => script.Key, script => script.Value());
        DurableCalls = new RecordedCalls();
        await using var durable = await StartQuietlyAsync(AddTasks);
        try
        {
            await Task.WhenAll(Durable.Select(run => RunAsync(durable.Client, run.Key, run.Value)));
        }
        catch (TimeoutException) when (!isLast)
        {
            return false;
        }

        foreach (var runId in Scripts.Keys)
        {
            _ends[runId] = (await durable.Client.GetInstanceAsync(runId, getInputsAndOutputs: true))!;
        }

        return true;
    }

    private static async Task RunAsync(DurableTaskClient client, string runId, RunScript script)
    {
        await client.ScheduleNewOrchestrationInstanceAsync(RunOrchestration.Name, new RunInput(runId), new StartOrchestrationOptions(runId));
        var end = client.WaitForInstanceCompletionAsync(runId);
        await Eventually.TrueAsync(() => end.IsCompleted || script.IsPaused, $"run {runId} to end or to pause", Limit);
        if (script.IsPaused)
        {
            await client.RaiseEventAsync(runId, RunOrchestration.ResumeEvent, null);
        }

        await end.WaitAsync(Limit);
    }

    private static void UseJsonOfWorker(IServiceCollection services)
    {
        services.PostConfigureAll<DurableTaskWorkerOptions>(worker => worker.DataConverter = new JsonDataConverter(JsonOfWorker));
        services.PostConfigureAll<DurableTaskClientOptions>(client => client.DataConverter = new JsonDataConverter(JsonOfWorker));
    }

    private static JsonSerializerOptions CreateJson()
    {
        var options = new JsonSerializerOptions();
        WorkerJson.Apply(options, Registration.JsonContexts);
        return options;
    }

    /// <summary>The SDK's engine writes every request to the console, and takes no other logger.</summary>
    private static async Task<DurableTaskTestHost> StartQuietlyAsync(Action<DurableTaskRegistry> tasks)
    {
        const string level = "Logging__LogLevel__Default";
        Environment.SetEnvironmentVariable(level, "None");
        try
        {
            return await DurableTaskTestHost.StartAsync(tasks, new DurableTaskTestHostOptions { Port = FreePort(), ConfigureServices = UseJsonOfWorker });
        }
        finally
        {
            Environment.SetEnvironmentVariable(level, null);
        }
    }

    /// <summary>The SDK's engine would take any port from 30,000 to 40,000, in which outgoing connections and other servers have theirs.</summary>
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 30_000);
            try
            {
                using var taken = new TcpListener(IPAddress.Loopback, port);
                taken.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody else has it: another one is tried.
            }
        }
    }

    private LocalTasks LocalTasks() => new LocalTasks()
        .AddOrchestrator<RunInput, RunStatus>(RunOrchestration.Name, (context, input) => RunOrchestration.RunAsync(Recorded(context, LocalCalls), input))
        .AddOrchestrator<BlockInput, BlockResult>(EvaluateBlock.Name, (context, input) => EvaluateBlock.RunAsync(Recorded(context, LocalCalls), input))
        .AddActivity<string, RunPlan>(PrepareRun.Name, (runId, _) => Task.FromResult(Local[runId].Prepare(runId)))
        .AddActivity<CellInput, string>(EvaluateCell.Name, (input, _) => Task.FromResult(Local[input.RunId].Evaluate(input)))
        .AddOrchestrator<BlockInput, BlockResult>(JudgeBlock.Name, (context, input) => JudgeBlock.RunAsync(Recorded(context, LocalCalls), input))
        .AddActivity<PairInput, string>(JudgePair.Name, (input, _) => Task.FromResult(Local[input.RunId].Judge(input)))
        .AddActivity<string, string>(ScoreRunAgain.Name, (runId, _) => Task.FromResult(Local[runId].ScoreAgain(runId)))
        .AddActivity<LookInput, string?>(InterimLook.Name, (input, _) => Task.FromResult(Local[input.RunId].LookAt(input)))
        .AddActivity<string, string?>(AllocateSamples.Name, (runId, _) => Task.FromResult(Local[runId].Allocate(runId)))
        .AddActivity<AllocatedBlockInput, string>(ReadAllocation.Name, (input, _) => Task.FromResult(Local[input.RunId].Allocation(input)))
        .AddActivity<string, string?>(AnalyzeRun.Name, (runId, _) => Task.FromResult(Local[runId].Analyze(runId)))
        .AddActivity<CompleteRunInput, RunStatus>(CompleteRun.Name, (input, _) => Task.FromResult(Local[input.RunId].Complete(input)));

    private void AddTasks(DurableTaskRegistry registry) => registry
        .AddOrchestratorFunc<RunInput, RunStatus>(RunOrchestration.Name, (context, input) => RunOrchestration.RunAsync(Recorded(context, DurableCalls), input))
        .AddOrchestratorFunc<BlockInput, BlockResult>(EvaluateBlock.Name, (context, input) => EvaluateBlock.RunAsync(Recorded(context, DurableCalls), input))
        .AddActivityFunc<string, RunPlan>(PrepareRun.Name, (_, runId) => Durable[runId].Prepare(runId))
        .AddActivityFunc<CellInput, string>(EvaluateCell.Name, (_, input) => Durable[input.RunId].Evaluate(input))
        .AddOrchestratorFunc<BlockInput, BlockResult>(JudgeBlock.Name, (context, input) => JudgeBlock.RunAsync(Recorded(context, DurableCalls), input))
        .AddActivityFunc<PairInput, string>(JudgePair.Name, (_, input) => Durable[input.RunId].Judge(input))
        .AddActivityFunc<string, string>(ScoreRunAgain.Name, (_, runId) => Durable[runId].ScoreAgain(runId))
        .AddActivityFunc<LookInput, string?>(InterimLook.Name, (_, input) => Durable[input.RunId].LookAt(input))
        .AddActivityFunc<string, string?>(AllocateSamples.Name, (_, runId) => Durable[runId].Allocate(runId))
        .AddActivityFunc<AllocatedBlockInput, string>(ReadAllocation.Name, (_, input) => Durable[input.RunId].Allocation(input))
        .AddActivityFunc<string, string?>(AnalyzeRun.Name, (_, runId) => Durable[runId].Analyze(runId))
        .AddActivityFunc<CompleteRunInput, RunStatus>(CompleteRun.Name, (_, input) => Durable[input.RunId].Complete(input));

    private static RecordedContext Recorded(TaskOrchestrationContext context, RecordedCalls calls)
    {
        calls.AddTurn();
        return new RecordedContext(context, calls);
    }
}
