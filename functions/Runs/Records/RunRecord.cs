using System.Text.Json.Serialization;
using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Runs.Records;

/// <summary>
/// A run as stored: what was asked for (fixed at the start) and where it stands. Progress is not here: it is the sum of the
/// counter rows (<c>RunProgress</c>).
/// </summary>
/// <param name="Items">How many scenarios were sampled from the definition, or candidates from the content.</param>
/// <param name="Pass">When a cell passes, as its definition has it.</param>
/// <param name="Content">Where the candidates of a triage run come from.</param>
/// <param name="ReusedRun">The earlier run whose answers it takes over where the model would be sent the same.</param>
public sealed record RunRecord(
    string RunId,
    string Kind,
    string Name,
    string DefinitionId,
    IReadOnlyList<Variant> Variants,
    int Items,
    IReadOnlyList<ScorerSpec> Scorers,
    RunSampling Sampling,
    RunCalls Calls,
    RunStatus Status,
    DateTimeOffset CreatedAt,
    RunCourse Course,
    CompareSpec? Compare = null,
    StoppingSpec? Stopping = null,
    RunContent? Content = null,
    string? Pass = null,
    string? ReusedRun = null)
{
    /// <summary>What people call it by; null is none. They may change at any time and decide nothing.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Its scorers that compare two answers; null is none. They are not among <see cref="Scorers"/>, for they score no cell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ScorerSpec>? Pairwise { get; init; }

    /// <summary>All sets of judgements of pairs that were ever asked for, those of scorers that it no longer has included: they were paid.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? PairSets { get; init; }

    public IReadOnlyList<ScorerSpec> PairScorers() => Pairwise ?? [];

    public IReadOnlyList<ScorerSpec> AllScorers() => [.. Scorers, .. PairScorers()];

    public const string MultiSample = "multi_sample";
    public const string AbTest = "abtest";
    public const string Digest = "digest";

    /// <summary>Its items are candidates of content, and its cells triage them.</summary>
    [JsonIgnore]
    public bool IsTriage => Kind is AbTest or Digest;

    /// <summary>That of a triage run whose candidates have been chosen.</summary>
    [JsonIgnore]
    public ContentWindow WindowOfContent => Content?.Window ?? throw new InvalidOperationException($"Run '{RunId}' has no window of content.");

    public long TotalCells => (long)Items * Variants.Count * Sampling.MeanSamples;
}

/// <summary>Which items of a run are evaluated, how often, and in which order.</summary>
/// <param name="Percentage">The share of the definition's scenarios, 1 to 100.</param>
/// <param name="Seed">Picks the scenarios; null picks by the definition's id.</param>
/// <param name="DispatchSeed">Orders the calls; fixed at the start so that every replay finds the same order.</param>
/// <param name="Percentages">The shares it had, oldest first, where it was extended: each added items behind those before.</param>
public sealed record RunSampling(
    int SamplesPerScenario,
    int Percentage,
    long? Seed,
    long DispatchSeed,
    AllocationSpec? Allocation = null,
    IReadOnlyList<int>? Percentages = null)
{
    /// <summary>Of an item and a variant, on average: an allocation gives more to some and less to others.</summary>
    [JsonIgnore]
    public int MeanSamples => Allocation?.MeanSamples ?? SamplesPerScenario;
}

/// <summary>How the models of a run are called.</summary>
/// <param name="BaseUrl">Where OpenAI-format providers are called; only a command line can set it, never a request.</param>
/// <param name="BudgetUsd">What its calls may cost; null is no limit.</param>
/// <param name="CommandFolder">Where the programs of command scorers are started: the definition's folder. Null where none may be started, for only a command line may.</param>
/// <param name="TraceParent">The trace that its cells belong to: that of the request that started it (W3C).</param>
public sealed record RunCalls(
    string Preamble,
    ProbeConfig Config,
    string? BaseUrl = null,
    double? BudgetUsd = null,
    bool AllowUnknownPrice = false,
    string? TraceParent = null,
    string? CommandFolder = null);

/// <summary>How far a run came, and why it stands where it stands.</summary>
/// <param name="Reason">Why it failed, was cancelled, was stopped, or paused by itself.</param>
/// <param name="StopReason">Why it completed before all its cells were evaluated: "budget", or "decided", "futility", "max_calls" by its own rule.</param>
/// <param name="AnalysisError">Set when the run completed and its analysis did not.</param>
/// <param name="Extension">How often the run was extended after it had ended.</param>
/// <param name="Executor">Who works on it; null when nobody does.</param>
/// <param name="Retry">The cells that are called again since its last extension; kept for what it changed.</param>
/// <param name="Rescore">The other scorers that it was last asked to have over HTTP.</param>
public sealed record RunCourse(
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? CompletedAt = null,
    string? Reason = null,
    string? StopReason = null,
    string? AnalysisError = null,
    int Extension = 0,
    RunExecutor? Executor = null,
    RunRetry? Retry = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RunRescore? Rescore = null)
{
    public const string StoppedByBudget = "budget";
}

/// <summary>Where the candidates of a triage run come from.</summary>
/// <param name="Pending">What a digest shall be made of, until its items have been chosen.</param>
public sealed record RunContent(ContentWindow? Window = null, DigestRequest? Pending = null);

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
