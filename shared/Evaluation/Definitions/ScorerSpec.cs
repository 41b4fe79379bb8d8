using System.Text.Json.Serialization;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary>One scorer as declared: <paramref name="Type"/> is one of <c>ScorerRules.Types</c>; the rest as the type needs (docs/definitions.md).</summary>
/// <param name="Pattern">What a regex scorer looks for; for the others where the scored text stands in the answer.</param>
/// <param name="Turn">Which turn is scored, from 1; -1 is the last one that was reached.</param>
/// <param name="Values">Of a contains, starts_with or ends_with scorer: several wanted texts.</param>
/// <param name="Match"><c>any</c> or <c>all</c> of the values, or of the checks.</param>
/// <param name="Word">The wanted text must stand alone, not inside a longer word or number.</param>
/// <param name="Take"><c>first</c> or <c>last</c> number, or match of the pattern; null is the type's own rule.</param>
/// <param name="Tolerance">How far a number may be from the expected one.</param>
/// <param name="Path">Where in the answer's JSON the value stands.</param>
/// <param name="Unit">What a length counts: <c>characters</c>, <c>words</c> or <c>lines</c>.</param>
/// <param name="Invalid"><c>zero</c> or <c>exclude</c>; null is the type's own rule.</param>
/// <param name="Not">A score from 0 to 1 is turned round.</param>
/// <param name="Weight">In the mean that decides whether a cell passes; null is 1.</param>
/// <param name="Pass">A <c>PassRule</c>.</param>
/// <param name="Reasoning"><c>keep</c> scores the thoughts in front of an answer too.</param>
/// <param name="Of">The scorers that a checks scorer puts together.</param>
/// <param name="Judge">How a judge or pairwise scorer asks models.</param>
/// <param name="Pairs">Of a pairwise scorer: <c>control</c> or <c>all</c>; null is as the definition compares.</param>
/// <param name="Plain">Compares what a reader reads: without Markdown signs, quotes around the whole and a full stop at its end.</param>
/// <param name="External">Whom a command or http scorer asks.</param>
public sealed record ScorerSpec(
    string Type,
    string? Name = null,
    string? Value = null,
    bool IgnoreCase = false,
    string? Pattern = null,
    double? Min = null,
    double? Max = null,
    IReadOnlyList<string>? Choices = null,
    string? Schema = null,
    int Turn = 1,
    IReadOnlyList<string>? Values = null,
    string? Match = null,
    bool Word = false,
    string? Take = null,
    double? Tolerance = null,
    string? Path = null,
    string? Unit = null,
    string? Invalid = null,
    bool Not = false,
    double? Weight = null,
    string? Pass = null,
    string? Reasoning = null,
    IReadOnlyList<ScorerSpec>? Of = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JudgeSpec? Judge = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pairs = null,
    bool Plain = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExternalSpec? External = null)
{
    /// <summary>The type whose scores a program of the user's gives.</summary>
    public const string CommandType = "command";

    /// <summary>The type whose scores a service gives.</summary>
    public const string HttpType = "http";

    /// <summary>The type whose scores models give.</summary>
    public const string JudgeType = "judge";

    /// <summary>The type whose judges compare the answers of two variants. It scores no cell.</summary>
    public const string PairwiseType = "pairwise";

    public const string First = "first";
    public const string Last = "last";
    public const string Zero = "zero";
    public const string Exclude = "exclude";
    public const string All = "all";
    public const string Any = "any";
    public const string KeepReasoning = "keep";
}
