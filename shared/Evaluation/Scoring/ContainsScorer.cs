namespace FunctionsEval.Evaluation.Scoring;

/// <summary>Where a wanted text must stand.</summary>
internal enum TextPlace
{
    Anywhere,
    Start,
    End,
}

/// <summary>1 when the wanted text stands in the answer, anywhere or at its start or end; else 0. Of several texts any one is enough, or all are needed.</summary>
/// <param name="values">Instead of the expected text, in the form of the answer; empty compares with that.</param>
internal sealed class ContainsScorer(TextPlace place, bool ignoreCase, bool word, IReadOnlyList<string> values, bool all) : ITextScorer
{
    private readonly string[] _values = [.. values];
    private readonly StringComparison _comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    public (double Min, double Max)? Scale => (0, 1);

    public bool NeedsWanted => _values.Length == 0;

    public Score Score(string text, string? wanted) => Scoring.Score.Of(
        wanted is not null ? Stands(text, wanted) : all ? Array.TrueForAll(_values, value => Stands(text, value)) : Array.Exists(_values, value => Stands(text, value)));

    private bool Stands(string text, string wanted)
    {
        var inside = text.AsSpan().Trim();
        var sought = wanted.AsSpan().Trim();
        switch (place)
        {
            case TextPlace.Start:
                return inside.StartsWith(sought, _comparison) && (!word || IsAlone(inside, 0, sought.Length));
            case TextPlace.End:
                return inside.EndsWith(sought, _comparison) && (!word || IsAlone(inside, inside.Length - sought.Length, sought.Length));
            default:
                for (var from = 0; ;)
                {
                    var at = inside[from..].IndexOf(sought, _comparison);
                    if (at < 0 || !word || IsAlone(inside, from + at, sought.Length))
                    {
                        return at >= 0;
                    }

                    from += at + 1;
                }
        }
    }

    /// <summary>Not inside a longer word, nor inside a longer number: 5 is no word of "25", "5th" or "3.5".</summary>
    private static bool IsAlone(ReadOnlySpan<char> text, int start, int length)
    {
        var end = start + length;
        return !(start > 0 && IsWord(text[start]) && (IsWord(text[start - 1]) || IsPoint(text, start - 1)) && !AreApart(text[start - 1], text[start]))
            && !(end < text.Length && IsWord(text[end - 1]) && (IsWord(text[end]) || IsPoint(text, end)) && !AreApart(text[end - 1], text[end]));
    }

    /// <summary>Scripts without spaces have no words that could be told from their neighbours.</summary>
    private static bool AreApart(char left, char right) => UnspacedScripts.Has(left) || UnspacedScripts.Has(right);

    private static bool IsPoint(ReadOnlySpan<char> text, int at) =>
        text[at] is '.' or ',' && at > 0 && at + 1 < text.Length && char.IsAsciiDigit(text[at - 1]) && char.IsAsciiDigit(text[at + 1]);

    private static bool IsWord(char unit) => char.IsLetterOrDigit(unit) || unit == '_'
        || char.GetUnicodeCategory(unit) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;
}
