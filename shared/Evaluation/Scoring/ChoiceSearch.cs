using static FunctionsEval.Evaluation.Scoring.ChoiceWords;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>
/// Which choice an answer names. In this order: the whole answer; what stands behind the last answer marker that is followed by a choice; the last line;
/// the first line; the label that the answer begins with ("B) A river", "Yes, no doubt."); what is said to be right ("B is correct"); the one choice that stands in it. The longest choice that fits at a place counts there.
/// </summary>
internal sealed class ChoiceSearch
{
    private readonly StringComparison _comparison;
    private readonly string[] _choices;

    public ChoiceSearch(IReadOnlyList<string> choices, bool ignoreCase)
    {
        _comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        _choices = [.. choices.Select(AnswerText.Normalize).OrderByDescending(choice => choice.Length).ThenBy(choice => choice, StringComparer.Ordinal)];
    }

    public (string? Choice, string? Reason) Find(string answer)
    {
        var text = answer.Trim();
        if (Whole(text) is { } whole)
        {
            return (whole, null);
        }

        foreach (var place in FinalAnswer.Places(text))
        {
            if (Behind(text, place) is { } marked)
            {
                return marked;
            }
        }

        var last = text[(text.LastIndexOf('\n') + 1)..];
        var (first, isListed) = FirstLine(text);
        return isListed ? OnlyOne(text) : (Whole(last) ?? first ?? Leading(text) ?? SaidToBeRight(text)) is { } found ? (found, null) : OnlyOne(text);
    }

    /// <summary>The choice that a text is, marks around it aside.</summary>
    private string? Whole(ReadOnlySpan<char> text)
    {
        foreach (var choice in _choices)
        {
            if (text.Equals(choice, _comparison))
            {
                return choice;
            }
        }

        var inner = text.Trim().Trim(Marks).Trim();
        foreach (var choice in _choices)
        {
            if (inner.Equals(choice, _comparison) || inner.Equals(choice.AsSpan().Trim(Marks), _comparison))
            {
                return choice;
            }
        }

        return null;
    }

    /// <summary>Null when no choice follows directly: the marker then belongs to other words.</summary>
    private (string? Choice, string? Reason)? Behind(string text, int place)
    {
        for (var at = place; at < text.Length;)
        {
            if (ChoiceAt(text, at) is { } choice && !IsArticle(text, at, choice))
            {
                var end = at + choice.Length;
                return Alternative(text, end) is { } other && other != choice ? (null, Both(choice, other)) : (choice, null);
            }

            if (char.IsWhiteSpace(text[at]) || Marks.Contains(text[at]))
            {
                at++;
            }
            else if (WordAt(text, at) is { Length: > 0 } word && Fillers.Contains(word.ToString()))
            {
                at += word.Length;
            }
            else
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>The choice of "A or B", "A/B".</summary>
    private string? Alternative(string text, int end)
    {
        var at = SkipMarks(text, end);
        if (at < text.Length && text[at] is '/' or '|' or '&')
        {
            at++;
        }
        else if (WordAt(text, at) is var word && (word.Equals("or", StringComparison.OrdinalIgnoreCase) || word.Equals("and", StringComparison.OrdinalIgnoreCase)))
        {
            at += word.Length;
        }
        else
        {
            return null;
        }

        at = SkipMarks(text, at);
        return ChoiceAt(text, at) is { } choice && !IsArticle(text, at, choice) ? choice : null;
    }

    /// <summary>The choice that stands alone in the first line; where another stands alone in one below, the answer lists several.</summary>
    private (string? Choice, bool IsListed) FirstLine(string text)
    {
        string? first = null;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var alone = Whole(line);
            if (first is null)
            {
                if (alone is null)
                {
                    return (null, false);
                }

                first = alone;
            }
            else if (alone is not null && alone != first)
            {
                return (null, true);
            }
        }

        return (first, false);
    }

    /// <summary>The one choice of which the answer says "B is correct", "(B) is the right answer".</summary>
    private string? SaidToBeRight(string text)
    {
        string? right = null;
        foreach (var (at, choice) in Named(text, 0))
        {
            var end = SkipMarks(text, at + choice.Length);
            if (IsSaidRight(text, end))
            {
                if (right is not null && right != choice)
                {
                    return null;
                }

                right = choice;
            }
        }

        return right;
    }

    /// <summary>A label in front, unless other choices stand as labels too: then the answer goes through them all.</summary>
    private string? Leading(string text)
    {
        var start = SkipMarks(text, 0);
        return ChoiceAt(text, start) is { } choice && IsLabel(text, start, choice) && !IsSaidToBeWrong(text, start + choice.Length) && !Labels(text, start + choice.Length).Any(other => other != choice)
            && !IsListed(text, start + choice.Length, choice) ? choice : null;
    }

    /// <summary>The first of a list, as in "A, B, and D".</summary>
    private bool IsListed(string text, int end, string choice)
    {
        if (end >= text.Length || text[end] != ',')
        {
            return false;
        }

        var at = SkipMarks(text, end);
        return ChoiceAt(text, at) is { } next && next != choice && at + next.Length is var behind && behind < text.Length
            && (text[behind] == ',' || WordAt(text, SkipMarks(text, behind)) is "and" or "or");
    }

    private IEnumerable<string> Labels(string text, int from)
    {
        foreach (var (at, choice) in Named(text, from))
        {
            var before = at - 1;
            while (before >= 0 && text[before] is ' ' or '*' or '(' or '#')
            {
                before--;
            }

            if (IsLabel(text, at, choice) && (before < 0 || text[before] is '\n' or '.' or ';' or ',' or '!' or '?' or ')') && text.AsSpan(at + choice.Length).TrimStart("*_").IndexOfAny(".,!?\n") != 0)
            {
                yield return choice;
            }
        }
    }

    private static bool IsLabel(string text, int at, string choice)
    {
        var end = at + choice.Length;
        while (end < text.Length && text[end] is '*' or '_' or '`' or '"')
        {
            end++;
        }

        return end == text.Length || text[end] is ')' or ']' or '.' or ':' or ',' or ';' or '!' or '\n' or '\u2014' or '\u2013'
            || (text[end] == ' ' && end + 1 < text.Length && text[end + 1] is '-' or '\u2014' or '\u2013' or '(' or '=');
    }

    private (string? Choice, string? Reason) OnlyOne(string text)
    {
        string? named = null;
        foreach (var (_, choice) in Named(text, 0))
        {
            if (named is not null && choice != named)
            {
                return (null, Both(named, choice));
            }

            named = choice;
        }

        return (named, named is null ? "The answer names none of the choices." : null);
    }

    /// <summary>Choices as whole words, those that are denied ("not B", "A and C are wrong") or that are articles ("A good question") aside.</summary>
    private IEnumerable<(int At, string Choice)> Named(string text, int from)
    {
        for (var at = from; at < text.Length;)
        {
            var choice = ChoiceAt(text, at);
            if (choice is not null && !IsArticle(text, at, choice) && !IsDenied(text, at) && !IsSaidToBeWrong(text, at + choice.Length))
            {
                yield return (at, choice);
            }

            at += choice?.Length ?? 1;
        }
    }

    /// <summary>Behind a choice, and the others of "A, B and C", stands that it is wrong.</summary>
    private bool IsSaidToBeWrong(string text, int end)
    {
        while (true)
        {
            if (IsSaidWrong(text, SkipMarks(text, end)))
            {
                return true;
            }

            var at = SkipMarks(text, end);
            if (WordAt(text, at) is "and" or "or")
            {
                at = SkipMarks(text, at + WordAt(text, at).Length);
            }

            if (at == end || ChoiceAt(text, at) is not { } next)
            {
                return false;
            }

            end = at + next.Length;
        }
    }

    private string? ChoiceAt(ReadOnlySpan<char> text, int index)
    {
        if (index >= text.Length || (index > 0 && AreOneWord(text[index - 1], text[index])))
        {
            return null;
        }

        foreach (var choice in _choices)
        {
            if (text[index..].StartsWith(choice, _comparison))
            {
                var end = index + choice.Length;
                if (end == text.Length || !AreOneWord(choice[^1], text[end]))
                {
                    return choice;
                }
            }
        }

        return null;
    }

    private static string Both(string one, string other) => $"The answer names both {Wording.Shorten(one)} and {Wording.Shorten(other)}.";
}
