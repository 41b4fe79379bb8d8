namespace FunctionsEval.Evaluation.Scoring;

/// <summary>1 when the wanted text stands somewhere in the answer; else 0.</summary>
internal sealed class ContainsScorer(string name, string? value, bool ignoreCase) : IScorer
{
    public string Name => name;

    public (double Min, double Max)? Scale => (0, 1);

    public Score Score(string answer, string? expected) =>
        (value ?? expected) is { } wanted
            ? Binary.Of(answer.Contains(wanted.Trim(), ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
            : Binary.NothingExpected;
}
