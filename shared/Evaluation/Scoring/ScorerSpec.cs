namespace FunctionsEval.Evaluation.Scoring;

/// <summary>One scorer as declared: <paramref name="Type"/> is exact, contains, regex, number, choice or json_schema; the rest as the type needs.</summary>
/// <param name="Turn">Which turn is scored, from 1; -1 is the last one that was reached.</param>
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
    int Turn = 1);
