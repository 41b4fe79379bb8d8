using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>1 when the pattern matches anywhere in the answer; else 0.</summary>
internal sealed class RegexScorer(string name, Regex pattern) : IScorer
{
    public string Name => name;

    public (double Min, double Max)? Scale => (0, 1);

    public Score Score(string answer, string? expected)
    {
        try
        {
            return Binary.Of(pattern.MatchPatiently(answer).Success);
        }
        catch (RegexMatchTimeoutException)
        {
            return new Score.Invalid(BoundedPattern.TimeoutReason);
        }
    }
}
