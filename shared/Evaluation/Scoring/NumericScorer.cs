namespace FunctionsEval.Evaluation.Scoring;

/// <summary>
/// 1 when the answer's number is the expected one, within the tolerance; else 0. The number is the one that an answer marker names, else the last one;
/// an expected text may be a whole worked solution that ends so too.
/// </summary>
internal sealed class NumericScorer(AnswerPart? pattern, bool last, double tolerance) : ITextScorer
{
    public (double Min, double Max)? Scale => (0, 1);

    public bool NeedsWanted => true;

    /// <summary>Null when the text tells no number.</summary>
    public static double? Expected(string text) => NumberSearch.Whole(text) ?? (FinalAnswer.HashMarked(text) is { } part ? NumberSearch.Whole(part) : null);

    public Score Score(string text, string? wanted)
    {
        if (Expected(wanted!) is not { } target)
        {
            return new Score.Invalid($"The expected text {Wording.Shorten(wanted!)} is not one number.");
        }

        return Find(text) switch
        {
            (null, var reason) => new Score.Invalid(reason!),
            ({ } value, _) => Scoring.Score.Of(Math.Abs(value - target) <= tolerance + (Math.Abs(target) * 1e-12)),
        };
    }

    private (double? Value, string? Reason) Find(string text)
    {
        if (pattern is null && last)
        {
            foreach (var sentence in FinalAnswer.Sentences(text))
            {
                var found = NumberSearch.Find(sentence, null, last: sentence.Contains('='), null);
                if (found.Value is not null || NumberText.Find(sentence).Any())
                {
                    return found;
                }
            }
        }

        return NumberSearch.Find(text, pattern, last, null);
    }
}
