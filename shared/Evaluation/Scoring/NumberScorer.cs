namespace FunctionsEval.Evaluation.Scoring;

/// <summary>
/// The number in the answer: what the pattern captured, or without a pattern the first or the last number that stands alone. Invalid when there
/// is none, when it has no single meaning, or when it lies outside the bounds.
/// </summary>
internal sealed class NumberScorer(AnswerPart? pattern, bool last, double? min, double? max) : ITextScorer
{
    public (double Min, double Max)? Scale => min is { } low && max is { } high ? (low, high) : null;

    public bool NeedsWanted => false;

    public Score Score(string text, string? wanted) => NumberSearch.Find(text, pattern, last, max) switch
    {
        (null, var reason) => new Score.Invalid(reason!),
        ({ } value, _) when value < min || value > max => new Score.Invalid($"{Wording.Format(value)} is outside {Bound(min)} to {Bound(max)}."),
        ({ } value, _) => new Score.Valued(value),
    };

    private static string Bound(double? bound) => bound is { } value ? Wording.Format(value) : "any number";
}
