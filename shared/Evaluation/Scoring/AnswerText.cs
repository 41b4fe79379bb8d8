using System.Text;
using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>
/// The text that scorers see: Unicode in composed form (NFC), line feeds as line ends, no zero-width characters, plain spaces for
/// no-break ones, plain letters and digits for full-width ones, and without the thoughts that some models write in front of their answer. What is compared with it gets the same form.
/// </summary>
internal static partial class AnswerText
{
    private const int MaxEndMark = 40;
    private const int WideToPlain = '\uff21' - 'A';
    private const string FinalChannel = "<|channel|>final<|message|>";

    /// <summary>Everything before the end of the thoughts is thought, whether or not its beginning was sent. The marks of a chat template that a server let through go with them.</summary>
    public static string WithoutThoughts(string answer)
    {
        if (answer.AsSpan().IndexOfAny('<', '[', '\u25c1') < 0)
        {
            return answer;
        }

        var text = WithoutEndMarks(WithoutChannels(answer));
        var opening = OpeningTag().Match(text);
        if (!opening.Success)
        {
            var last = text.LastIndexOf("</think>", StringComparison.OrdinalIgnoreCase);
            return last < 0 ? text : text[(last + "</think>".Length)..];
        }

        var end = 0;
        for (; opening.Success; opening = OpeningTag().Match(text, end))
        {
            var closing = $"{opening.Groups["open"].Value}/{opening.Groups["tag"].Value}{opening.Groups["close"].Value}";
            var at = text.IndexOf(closing, opening.Index + opening.Length, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                return "";
            }

            end = at + closing.Length;
        }

        return text[end..];
    }

    /// <summary>What a model says in channels (analysis, then final), as servers without its template send it.</summary>
    private static string WithoutChannels(string answer)
    {
        var final = answer.LastIndexOf(FinalChannel, StringComparison.Ordinal);
        return final >= 0 ? answer[(final + FinalChannel.Length)..]
            : answer.AsSpan().TrimStart().StartsWith("<|channel|>analysis", StringComparison.Ordinal) ? ""
            : answer;
    }

    public static string Normalize(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange('\u0001', '\u007f') < 0)
        {
            return text.Contains('\r') ? text.ReplaceLineEndings("\n") : text;
        }

        var builder = new StringBuilder(text.Length);
        foreach (var unit in text)
        {
            switch (unit)
            {
                case '\u200b' or '\u200c' or '\u200d' or '\u2060' or '\ufeff': break;
                case '\u00a0' or '\u2007' or '\u202f': builder.Append(' '); break;
                case (>= '\uff10' and <= '\uff19') or (>= '\uff21' and <= '\uff3a') or (>= '\uff41' and <= '\uff5a'): builder.Append((char)(unit - WideToPlain)); break;
                default: builder.Append(unit); break;
            }
        }

        return UnicodeComposition.Compose(builder.Replace("\r\n", "\n").Replace('\r', '\n').ToString());
    }

    private static string WithoutEndMarks(string text)
    {
        var end = text.AsSpan().TrimEnd().Length;
        while (EndMark().Match(text, Math.Max(0, end - MaxEndMark), Math.Min(end, MaxEndMark)) is { Success: true } mark)
        {
            end = text.AsSpan(0, mark.Index).TrimEnd().Length;
        }

        return end == text.AsSpan().TrimEnd().Length ? text : text[..end];
    }

    [GeneratedRegex(@"(<\|[a-z_]{2,30}\|>|</s>)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex EndMark();

    [GeneratedRegex(@"\G\s*(?<open>[<\[\u25c1])(?<tag>(seed:)?think|thinking|thoughts?|reasoning|reflection|scratchpad)(?<close>[>\]\u25b7])", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex OpeningTag();
}
