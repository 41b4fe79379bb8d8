using System.Text.Json.Serialization;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Runs;

/// <summary>
/// A run as stored: what was asked for (fixed at the start) and where it stands. Progress is not here: it is the sum of the
/// counter rows (<see cref="RunProgress"/>).
/// </summary>
/// <param name="Items">How many scenarios were sampled from the definition.</param>
/// <param name="Seed">Orders the dispatch; fixed at the start so that every replay finds the same order.</param>
/// <param name="BaseUrl">Where OpenAI-format providers are called; only a command line can set it, never a request.</param>
/// <param name="Reason">Why the run failed, was cancelled, was stopped, or paused by itself.</param>
/// <param name="BudgetUsd">What its calls may cost; null is no limit.</param>
/// <param name="StopReason">Why it completed before all its cells were evaluated: "budget", or "decided", "futility", "max_calls" by its own rule.</param>
/// <param name="Window">Where the candidates of a triage run come from.</param>
/// <param name="AnalysisError">Set when the run completed and its analysis did not.</param>
/// <param name="TraceParent">The trace that its cells belong to: that of the request that started it (W3C).</param>
/// <param name="Extension">How often the run was extended after it had ended.</param>
/// <param name="Executor">Who works on it; null when nobody does.</param>
/// <param name="Percentages">The shares of scenarios it had, oldest first, where it was extended: each added items behind those before.</param>
/// <param name="Pending">What a digest shall be made of, until its items have been chosen.</param>
public sealed record RunRecord(
    string RunId,
    string Kind,
    string Name,
    string DefinitionId,
    string Preamble,
    IReadOnlyList<Variant> Variants,
    int Items,
    int SamplesPerScenario,
    int SamplePercentage,
    long? SampleSeed,
    long Seed,
    IReadOnlyList<ScorerSpec> Scorers,
    ProbeConfig Config,
    RunStatus Status,
    DateTimeOffset CreatedAt,
    string? BaseUrl = null,
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? CompletedAt = null,
    string? Reason = null,
    string? AnalysisError = null,
    string? TraceParent = null,
    double? BudgetUsd = null,
    bool AllowUnknownPrice = false,
    string? StopReason = null,
    ContentWindow? Window = null,
    CompareSpec? Compare = null,
    StoppingSpec? Stopping = null,
    int Extension = 0,
    IReadOnlyList<int>? Percentages = null,
    AllocationSpec? Allocation = null,
    RunExecutor? Executor = null,
    DigestRequest? Pending = null)
{
    public const string StoppedByBudget = "budget";

    /// <summary>What people call it by; null is none. They may change at any time and decide nothing.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    public const string MultiSample = "multi_sample";
    public const string AbTest = "abtest";
    public const string Digest = "digest";

    /// <summary>Its items are candidates of content, and its cells triage them.</summary>
    [JsonIgnore]
    public bool IsTriage => Kind is AbTest or Digest;

    /// <summary>Of an item and a variant, on average: an allocation gives more to some and less to others.</summary>
    [JsonIgnore]
    public int MeanSamples => Allocation?.MeanSamples ?? SamplesPerScenario;

    public long TotalCells => (long)Items * Variants.Count * MeanSamples;
}

[JsonConverter(typeof(SnakeCaseEnumConverter<RunStatus>))]
public enum RunStatus
{
    /// <summary>Its orchestration has not begun.</summary>
    Pending,
    Running,

    /// <summary>No new calls are made; the reason says why, and it can be resumed.</summary>
    Paused,

    /// <summary>At its end, though some cells may have failed, or it stopped early.</summary>
    Completed,

    /// <summary>Its orchestration failed; cells that ended are kept.</summary>
    Failed,
    Cancelled,
}

public static class RunStatuses
{
    /// <summary>True while models may be called.</summary>
    public static bool IsActive(this RunStatus status) => status is RunStatus.Pending or RunStatus.Running;

    public static bool IsFinished(this RunStatus status) => status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled;
}
