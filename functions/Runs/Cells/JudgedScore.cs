using System.Globalization;
using System.Text.Json.Serialization;

namespace FunctionsEval.Runs.Cells;

/// <summary>What judges said of one answer by one scorer, as it is kept with the cell; whole reasons are beside the transcript.</summary>
/// <param name="Template">The version of our prompt; 0 where the definition has a template of its own.</param>
/// <param name="Reason">Of the first judgement with a score; cut to <see cref="LongestReason"/> characters.</param>
/// <param name="Criteria">The score of each criterion; null without criteria or without a score.</param>
/// <param name="Judgements">By judge, then by repeat.</param>
/// <param name="CostUsd">Of these judgements; null when a judge has no price.</param>
/// <param name="Length">Of the judged answer, in characters.</param>
public sealed record JudgedScore(
    int Template,
    string? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, double>? Criteria,
    IReadOnlyList<JudgedOnce> Judgements,
    decimal? CostUsd,
    int Length)
{
    public const int LongestReason = 600;

    /// <summary>Of one judgement among several.</summary>
    public const int LongestOwnReason = 200;

    /// <summary>What each judge said, repeats one behind the other: "openai:a: 4, 5; openai:b: 3". A judgement without a score says why.</summary>
    public string ValuesInWords() => string.Join("; ", Judgements.GroupBy(judgement => judgement.Model, StringComparer.Ordinal)
        .Select(own => $"{own.Key}: {string.Join(", ", own.Select(judgement => judgement.Value is { } value ? Number(value) : judgement.Failed ?? "no score"))}"));

    /// <summary>The scores by criterion: "right 4, brief 3"; null without criteria.</summary>
    public string? CriteriaInWords() => Criteria is null ? null : string.Join(", ", Criteria.Select(criterion => $"{criterion.Key} {Number(criterion.Value)}"));

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}

/// <param name="Repeat">From 0.</param>
/// <param name="Key">Of the whole judgement beside the transcript: a digest of what the judge was asked.</param>
/// <param name="Invalid">Why there is no score: what could not be read, or the message of the error.</param>
/// <param name="Failed">The code of the error that kept the judge from answering.</param>
public sealed record JudgedOnce(
    string Model,
    int Repeat,
    double? Value,
    string Key,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<double>? Criteria = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Invalid = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Failed = null);

/// <summary>All that judges used for one cell, those of scorers that it no longer has included: it was paid.</summary>
/// <param name="Calls">Attempts.</param>
/// <param name="CostUsd">Of the calls with a known cost.</param>
/// <param name="UnpricedCalls">Calls of judges without a price.</param>
/// <param name="HeldUsd">What calls may have cost whose answers were lost.</param>
/// <param name="Extension">The extension of the run in which the cell was judged last.</param>
public sealed record JudgeUsage(int Calls, long InputTokens, long OutputTokens, decimal CostUsd, int UnpricedCalls, decimal HeldUsd, int Extension);
