using System.Text.Json.Serialization;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Providers;

namespace FunctionsEval.Runs.Cells;

/// <summary>A finished cell: stored once, never changed.</summary>
/// <param name="Score">The first scorer's value; null unless the outcome is <see cref="CellOutcome.Scored"/> or when there is no scorer.</param>
/// <param name="Scores">Every scorer's value, or why it had none; in the order of the definition.</param>
/// <param name="Calls">Model calls sent for this result, failed attempts included.</param>
/// <param name="CostUsd">What its answered calls cost; null when the model has no price.</param>
/// <param name="HeldUsd">What calls whose answers were lost may have cost: counted against a budget, not as cost.</param>
/// <param name="Output">What the conversation came to, as JSON, where that is more than scores: a triage.</param>
/// <param name="IsCut">An answer was cut off by the limit of tokens; what there was of it was scored.</param>
/// <param name="Judging">What its judges used: the numbers above are those of its own model. Null where it was not judged.</param>
/// <param name="ReusedFrom">The cell of an earlier run that the answer was taken over from, as <c>run/row</c>; its tokens and times are those of the answer, its calls and cost 0.</param>
/// <param name="Adaptations">How its requests differed from what the definition asks for.</param>
/// <param name="LostCalls">Calls that an earlier process sent and whose answers were never stored: paid for, and made again.</param>
public sealed record CellRecord(
    CellAddress Address,
    CellOutcome Outcome,
    double? Score,
    IReadOnlyList<NamedScore> Scores,
    CellError? Error,
    int Calls,
    int LostCalls,
    long? InputTokens,
    long? OutputTokens,
    long? ReasoningTokens,
    string? ModelVersion,
    string? FinishReason,
    DateTimeOffset StartedAt,
    DateTimeOffset CompletedAt,
    decimal? CostUsd = null,
    decimal HeldUsd = 0,
    bool TokensAreEstimated = false,
    string? Output = null,
    bool IsCut = false,
    JudgeUsage? Judging = null,
    string? ReusedFrom = null,
    RequestAdaptations Adaptations = RequestAdaptations.None);

[JsonConverter(typeof(SnakeCaseEnumConverter<CellOutcome>))]
public enum CellOutcome
{
    Scored,

    /// <summary>The model answered, and the scorer could make nothing of it: the model's failure.</summary>
    Invalid,

    /// <summary>No usable answer came (limits, time-outs, refused keys, broken connections): never counted against the model.</summary>
    Failed,

    /// <summary>The model, or a filter of its vendor, declined to answer.</summary>
    Refused,

    /// <summary>The limit of tokens was used up before there was any text.</summary>
    Truncated,
}

/// <summary>What one scorer made of a cell: a value, or why it could not score the answer (<paramref name="Invalid"/>).</summary>
/// <param name="Judge">What judges said, where models gave the score.</param>
public sealed record NamedScore(
    string Name, double? Value, string? Invalid = null, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JudgedScore? Judge = null);

/// <summary>Why a cell failed, without keys and prompts.</summary>
/// <param name="Code">Of the one taxonomy, such as RATE_LIMIT (docs/adr/0005).</param>
/// <param name="StatusCode">Of HTTP.</param>
/// <param name="VendorCode">The vendor's own word.</param>
public sealed record CellError(string Code, string Message, bool Retryable, int? StatusCode = null, string? VendorCode = null);
