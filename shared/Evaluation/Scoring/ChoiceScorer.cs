namespace FunctionsEval.Evaluation.Scoring;

/// <summary>1 when the answer names the wanted choice, 0 when it names another; invalid when it names none, or several and does not say which is its answer.</summary>
internal sealed class ChoiceScorer(IReadOnlyList<string> choices, bool ignoreCase) : ITextScorer
{
    private readonly ChoiceSearch _search = new(choices, ignoreCase);
    private readonly StringComparison _comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    public (double Min, double Max)? Scale => (0, 1);

    public bool NeedsWanted => true;

    public Score Score(string text, string? wanted) => _search.Find(text) switch
    {
        (null, var reason) => new Score.Invalid(reason!),
        ({ } named, _) => Scoring.Score.Of(wanted.AsSpan().Trim().Equals(named, _comparison)),
    };
}
