using System.Globalization;
using System.Text.Json.Serialization;
using FunctionsEval.Statistics;

namespace FunctionsEval.Gates;

[JsonConverter(typeof(SnakeCaseEnumConverter<GateOutcome>))]
public enum GateOutcome
{
    /// <summary>Every metric is shown not to have become worse by the margin or more, and every limit to be kept.</summary>
    Pass,

    /// <summary>At least one metric has become worse, or misses its limit, beyond chance.</summary>
    Regress,

    /// <summary>The data show neither.</summary>
    Inconclusive,

    /// <summary>Cells, scenarios or metrics are missing, so that no answer would be about what was asked.</summary>
    Incomplete,
}

/// <summary>May a run take the place of its baseline, and does it keep its limits?</summary>
/// <param name="BaselineRunId">With the file it was read from; null where only limits were asked for.</param>
/// <param name="Margin">Of all checks; null where metrics have margins of their own.</param>
/// <param name="Problems">Why it is incomplete.</param>
/// <param name="Notes">What else a reader should know.</param>
public sealed record GateReport(
    string RunId,
    string? BaselineRunId,
    GateOutcome Outcome,
    double? Margin,
    double Confidence,
    IReadOnlyList<GateCheck> Checks,
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> Notes,
    IReadOnlyList<GateLimitCheck>? Limits = null)
{
    internal string Title => BaselineRunId is null ? $"run {RunId}" : $"run {RunId} against {BaselineRunId}";

    /// <summary>One a check, in the order of the checks.</summary>
    internal IEnumerable<string> Sentences =>
        [.. Checks.Select(check => $"{JsonRules.Name(check.Outcome)}, {check.Metric}: {check.Summary} {check.Reason}{(check.Assumption is { } assumption ? $" {assumption}" : "")}"), .. (Limits ?? []).Select(limit => $"{JsonRules.Name(limit.Outcome)}, {limit.Summary}")];

    internal string AcceptableLoss => Margin is { } margin
        ? string.Create(CultureInfo.InvariantCulture, $"a loss below {margin:0.####} is acceptable")
        : Checks.Count == 0 ? BaselineRunId is null ? "limits only" : "no metric could be compared"
        : $"acceptable losses are below {string.Join(", ", Checks.DistinctBy(check => check.Metric).Select(check => string.Create(CultureInfo.InvariantCulture, $"{check.Margin:0.####} of {check.Metric}")))}";
}

/// <summary>One variant by one metric, against the baseline's.</summary>
/// <param name="Effect">Run minus baseline, the mean over the scenarios of both.</param>
/// <param name="AdjustedPValue">Of no difference, adjusted for all checks.</param>
/// <param name="Reason">What the outcome means for the margin.</param>
/// <param name="Summary">The comparison in one sentence.</param>
/// <param name="Assumption">What the numbers rest on where there are few scenarios or clusters.</param>
public sealed record GateCheck(
    string Metric,
    string Variant,
    string BaselineVariant,
    GateOutcome Outcome,
    double Margin,
    double? Effect,
    ConfidenceInterval? Interval,
    double? PValue,
    double? AdjustedPValue,
    int Items,
    string Method,
    string Reason,
    string Summary,
    string? Assumption = null);

/// <summary>One variant against one limit.</summary>
/// <param name="Interval">Of a rate or a mean score, whose bound has to keep the limit; null of what was measured: cost, latency, errors.</param>
public sealed record GateLimitCheck(string Measure, string Variant, GateOutcome Outcome, GateLimit Limit, double? Value, ConfidenceInterval? Interval, string Summary);

/// <summary>The least or the most that a measure of the run may be.</summary>
public sealed record GateLimit(string Measure, bool IsLeast, double Value);

/// <param name="Margin">A loss smaller than this is acceptable; null takes the run's own ones, and without one there is no gate.</param>
/// <param name="Metrics">Null takes all that both runs have.</param>
/// <param name="Variant">Of the run; null pairs variants by name, or the only ones.</param>
/// <param name="AllowMissing">The share of cells, 0 to 1, that may be without a score.</param>
public sealed record GateOptions(
    double? Margin = null,
    double Confidence = 0.95,
    IReadOnlyList<string>? Metrics = null,
    string? Variant = null,
    string? BaselineVariant = null,
    double AllowMissing = 0,
    IReadOnlyList<GateLimit>? Limits = null);
