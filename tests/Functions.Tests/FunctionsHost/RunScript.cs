using System.Collections.Concurrent;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Functions.Tests.FunctionsHost;

/// <summary>What the activities of one run do, by how often they were asked; one object a engine, for it counts.</summary>
/// <param name="Cell">How a cell ends at its nth attempt.</param>
/// <param name="Look">What a look says.</param>
/// <param name="Pair">How a pair ends at its nth attempt.</param>
/// <param name="Turn">How the nth turn of scoring it again ends.</param>
/// <param name="Failing">Name of an activity that always fails.</param>
internal sealed record RunScript(RunPlan Plan, Func<int, int, string>? Cell = null, Func<int, string?>? Look = null, string? Failing = null, Func<long, int, string>? Pair = null, Func<int, string>? Turn = null)
{
    private readonly ConcurrentDictionary<string, int> _attempts = new(StringComparer.Ordinal);

    /// <summary>How often each activity was tried with each input.</summary>
    public IEnumerable<string> Attempts => _attempts.Select(entry => $"{entry.Key} x{entry.Value}").Order(StringComparer.Ordinal);

    /// <summary>The input of the last activity.</summary>
    public CompleteRunInput? Completed { get; private set; }

    /// <summary>True once a cell has met a paused run.</summary>
    public bool IsPaused { get; private set; }

    public RunPlan Prepare(string runId) => Attempted(PrepareRun.Name, runId, _ => Plan);

    public string Evaluate(CellInput input) => Attempted(EvaluateCell.Name, input, attempt =>
    {
        var ending = Cell?.Invoke(input.Item, attempt) ?? "scored";
        IsPaused |= ending == EvaluateCell.Paused;
        return ending;
    });

    public string Judge(PairInput input) => Attempted(JudgePair.Name, input, attempt =>
    {
        var ending = Pair?.Invoke(input.Number, attempt) ?? JudgePair.Judged;
        IsPaused |= ending == EvaluateCell.Paused;
        return ending;
    });

    public string ScoreAgain(string runId) => Attempted(ScoreRunAgain.Name, runId, attempt =>
    {
        var ending = Turn!(attempt);
        IsPaused |= ending == EvaluateCell.Paused;
        return ending;
    });

    public string? LookAt(LookInput input) => Attempted(InterimLook.Name, input, _ => Look?.Invoke(input.Number));

    public string? Allocate(string runId) => Attempted<string?>(AllocateSamples.Name, runId, _ => null);

    public string Allocation(AllocatedBlockInput input) => Attempted(ReadAllocation.Name, input, _ => "000000-000-001 000001-000-001");

    public string? Analyze(string runId) => Attempted<string?>(AnalyzeRun.Name, runId, _ => null);

    public RunStatus Complete(CompleteRunInput input) => Attempted(CompleteRun.Name, input, _ =>
    {
        Completed = input;
        return input.FailureReason is null ? RunStatus.Completed : RunStatus.Failed;
    });

    private T Attempted<T>(string activity, object input, Func<int, T> act)
    {
        var attempt = _attempts.AddOrUpdate($"{activity} {input}", 1, (_, count) => count + 1);
        return activity == Failing ? throw new IOException($"{activity} cannot reach the store.") : act(attempt);
    }
}
