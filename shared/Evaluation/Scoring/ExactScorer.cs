namespace FunctionsEval.Evaluation.Scoring;

/// <summary>1 when the text is the wanted one, white space around both aside; else 0.</summary>
internal sealed class ExactScorer(bool ignoreCase) : ITextScorer
{
    public (double Min, double Max)? Scale => (0, 1);

    public bool NeedsWanted => true;

    public Score Score(string text, string? wanted) => Scoring.Score.Of(
        text.AsSpan().Trim().Equals(wanted.AsSpan().Trim(), ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal));
}
