using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>1 when the pattern matches anywhere in the answer; else 0.</summary>
internal sealed class RegexScorer(Regex pattern) : ITextScorer
{
    public (double Min, double Max)? Scale => (0, 1);

    public bool NeedsWanted => false;

    public Score Score(string text, string? wanted) => Scoring.Score.Of(pattern.MatchPatiently(text).Success);
}
