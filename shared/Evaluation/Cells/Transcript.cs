namespace FunctionsEval.Evaluation.Cells;

/// <summary>The conversation of one cell, in order; kept even when a later turn failed.</summary>
public sealed record Transcript(IReadOnlyList<Turn> Turns, string? ModelVersion, DateTimeOffset StartedAt, DateTimeOffset CompletedAt);

/// <param name="TurnNumber">From 1.</param>
/// <param name="TokensAreEstimated">The vendor did not count them.</param>
/// <param name="DurationMs">From the first attempt's start to the answer, waits between attempts included.</param>
/// <param name="PromptLabel"><c>scenario_prompt</c>, or the follow-up's label.</param>
/// <param name="CostUsd">Null when the model has no price, or the vendor counted no tokens.</param>
public sealed record Turn(
    int TurnNumber,
    string PromptLabel,
    string ProbePrompt,
    string TargetResponse,
    string? FinishReason = null,
    int? InputTokens = null,
    int? OutputTokens = null,
    int? ReasoningTokens = null,
    int? CachedTokens = null,
    bool TokensAreEstimated = false,
    DateTimeOffset? StartedAt = null,
    long? DurationMs = null,
    decimal? CostUsd = null);
