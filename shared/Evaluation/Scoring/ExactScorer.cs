namespace FunctionsEval.Evaluation.Scoring;

/// <summary>1 when the answer is the wanted text, white space around both aside; else 0.</summary>
internal sealed class ExactScorer(string name, string? value, bool ignoreCase) : IScorer
{
    public string Name => name;

    public (double Min, double Max)? Scale => (0, 1);

    public Score Score(string answer, string? expected)
    {
        if ((value ?? expected) is not { } wanted)
        {
            return Binary.NothingExpected;
        }

        var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return Binary.Of(answer.AsSpan().Trim().Equals(wanted.AsSpan().Trim(), comparison));
    }
}
