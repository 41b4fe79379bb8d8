using System.Text;
using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>
/// The text that scorers see: Unicode in composed form (NFC), line feeds as line ends, no zero-width characters, plain spaces for
/// no-break ones, and without the thoughts that some models write in front of their answer. What is compared with it gets the same form.
/// </summary>
internal static partial class AnswerText
{
    /// <summary>Everything before the end of the thoughts is thought, whether or not its beginning was sent.</summary>
    public static string WithoutThoughts(string answer)
    {
        var opening = OpeningTag().Match(answer);
        if (!opening.Success)
        {
            var last = answer.LastIndexOf("</think>", StringComparison.OrdinalIgnoreCase);
            return last < 0 ? answer : answer[(last + "</think>".Length)..];
        }

        var closing = $"</{opening.Groups["tag"].Value}>";
        var end = answer.IndexOf(closing, opening.Length, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? "" : answer[(end + closing.Length)..];
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
                default: builder.Append(unit); break;
            }
        }

        return UnicodeComposition.Compose(builder.Replace("\r\n", "\n").Replace('\r', '\n').ToString());
    }

    [GeneratedRegex(@"^\s*<(?<tag>think|thinking|thought|reasoning)>", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex OpeningTag();
}
