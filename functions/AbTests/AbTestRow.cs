namespace FunctionsEval.AbTests;

/// <summary>A candidate as the variants of an A/B test saw it, side by side.</summary>
public sealed record AbTestRow(int ItemIndex, string CandidateId, string Title, string SourceType, IReadOnlyList<AbTestCell> Variants);

/// <summary>A candidate as one variant saw it: means over its samples, sums of tokens.</summary>
/// <param name="Status">ok, invalid, missing, or the code of its error.</param>
/// <param name="CostUsd">Of its samples together; null when one of them has no known price.</param>
public sealed record AbTestCell(
    string Variant,
    string Status,
    double? Score,
    double? Relevant,
    double? Novel,
    double? DeepSummarize,
    long InputTokens,
    long OutputTokens,
    long LatencyMs,
    decimal? CostUsd = null);
