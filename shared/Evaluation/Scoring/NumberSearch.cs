namespace FunctionsEval.Evaluation.Scoring;

/// <summary>The one number of an answer, by a pattern or by its place; or the reason why there is none.</summary>
internal static class NumberSearch
{
    /// <param name="max">The top of the scale: 4/5 is a 4 where it is 5, else a fraction; 4 out of 5 is one where it is 5 or not known.</param>
    public static (double? Value, string? Reason) Find(string text, AnswerPart? pattern, bool last, double? max)
    {
        // Emphasis parts a number from what belongs to it: **3**/5.
        var plain = text.Replace("**", "", StringComparison.Ordinal).Replace("`", "", StringComparison.Ordinal);
        if (pattern is not null)
        {
            return pattern.Find(text) is { } found ? Captured(text, found.Index, found.Value, max) : (null, "The pattern does not match the answer.");
        }

        NumberToken? first = null, final = null, marker = null;
        foreach (var token in NumberText.Find(plain))
        {
            if (token.IsMarker)
            {
                marker = last ? token : marker ?? token;
                continue;
            }

            first ??= token;
            final = token;
            if (!last)
            {
                break;
            }
        }

        return ((last ? final : first) ?? marker) is { } chosen ? Read(plain, chosen, max) : (null, "The answer holds no number.");
    }

    /// <summary>The number of a text that is to be one, such as an expected answer; null when it is none.</summary>
    public static double? Whole(string text) => NumberText.Find(text).ToList() is [{ Value: { } value } token] && (token.OutOf is null || token.InWords)
        && text[..token.Start].All(IsDecoration) && text[token.End..].All(IsDecoration) ? value : null;

    private static (double? Value, string? Reason) Captured(string text, int index, string captured, double? max)
    {
        if (NumberText.Find(captured).ToList() is not [{ } own] || !captured[..own.Start].All(IsDecoration) || !captured[own.End..].All(IsDecoration))
        {
            return (null, $"{Wording.Shorten(captured)} is not a number of at most 1e100.");
        }

        var (start, end) = (index + own.Start, index + own.End);
        if ((start > 0 && char.IsAsciiDigit(text[start - 1])) || (end < text.Length && char.IsAsciiDigit(text[end])))
        {
            return (null, $"{Wording.Shorten(text[start..end])} is cut out of a longer number.");
        }

        // A line is enough: no number goes beyond it.
        var lineStart = text.LastIndexOf('\n', Math.Max(0, start - 1)) + 1;
        var lineEnd = text.IndexOf('\n', end) is var next and >= 0 ? next : text.Length;
        var whole = NumberText.Find(text[lineStart..lineEnd]).FirstOrDefault(token => lineStart + token.Start < end && lineStart + token.End > start);
        if (whole.End == 0 || (lineStart + whole.Start == start && lineStart + whole.End == end))
        {
            return Read(captured, own, max);
        }

        var line = text[lineStart..lineEnd];
        var rest = line[Math.Min(whole.End, end - lineStart)..whole.End];
        return lineStart + whole.Start == start && (whole.InWords ? rest.StartsWith(" out of ", StringComparison.Ordinal) : whole.OutOf is not null && whole.OutOf == max && rest.Contains('/'))
            ? Read(line, whole, max)
            : (null, $"{Wording.Shorten(text[start..end])} is cut out of {Wording.Shorten(line[whole.Start..whole.End])}.");
    }

    private static (double? Value, string? Reason) Read(string text, NumberToken token, double? max)
    {
        var shown = Wording.Shorten(text[token.Start..token.End]);
        return token.Value is { } value && (token.OutOf is null || token.OutOf == max || (token.InWords && max is null))
            ? (value, null)
            : (null, $"{shown} is not one number of at most 1e100: it could mean more than one.");
    }

    private static bool IsDecoration(char unit) => !char.IsLetterOrDigit(unit);
}
