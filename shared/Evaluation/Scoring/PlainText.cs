using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>
/// What a reader reads of an answer: without Markdown signs and code fences, with plain quotes and dashes, single spaces, and without quotes around the whole
/// and a full stop at its end. What is compared with it gets the same form.
/// </summary>
internal static partial class PlainText
{
    private static readonly (char Open, char Close)[] Pairs = [('"', '"'), ('\'', '\''), ('(', ')'), ('[', ']'), ('\u300c', '\u300d'), ('\u300e', '\u300f')];

    public static string Of(string text)
    {
        var plain = Fence().Replace(text, "");
        plain = LineStart().Replace(plain, "");
        plain = Link().Replace(plain, "${text}");
        plain = Code().Replace(plain, "${text}");
        plain = Emphasis().Replace(Emphasis().Replace(plain, "${text}"), "${text}");
        return Bare(Space().Replace(Typography(plain), " "));
    }

    private static string Typography(string text) => string.Create(text.Length, text, static (units, source) =>
    {
        for (var index = 0; index < units.Length; index++)
        {
            units[index] = source[index] switch
            {
                '\u2018' or '\u2019' or '\u201a' or '\u201b' or '\u2032' => '\'',
                '\u201c' or '\u201d' or '\u201e' or '\u201f' or '\u00ab' or '\u00bb' or '\u2033' => '"',
                '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2014' or '\u2212' => '-',
                var unit => unit,
            };
        }
    });

    // "**Paris.**", "\"Paris\"." and "(Paris)" are all the one word.
    private static string Bare(string text)
    {
        for (var before = ""; before != text;)
        {
            before = text;
            text = text.Trim();
            if (text.Length > 1 && text[^1] is '.' or '!' or '\u3002' or '\uff01' && text[^2] != '.')
            {
                text = text[..^1];
            }

            foreach (var (open, close) in Pairs)
            {
                if (text.Length > 2 && text[0] == open && text[^1] == close && text.IndexOf(close, 1) == text.Length - 1)
                {
                    text = text[1..^1];
                }
            }
        }

        return text;
    }

    [GeneratedRegex(@"^[ \t]*(?:```|~~~)[^\n]*$\n?", RegexOptions.CultureInvariant | RegexOptions.Multiline, 5_000)]
    private static partial Regex Fence();

    // Headings, quotations, bullets.
    [GeneratedRegex(@"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+\u2022][ \t]+)+", RegexOptions.CultureInvariant | RegexOptions.Multiline, 5_000)]
    private static partial Regex LineStart();

    [GeneratedRegex(@"!?\[(?<text>[^\[\]\n]*)\]\([^()\n]*\)", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"`{1,2}(?<text>[^`\n]+)`{1,2}", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Code();

    // Not the signs of 2*3*4 and snake_case_names.
    [GeneratedRegex(@"(?<![\w*])(?<sign>\*{1,3}|_{1,3}|~~)(?=[^\s*_])(?<text>[^\n]*?[^\s*_])\k<sign>(?![\w*])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 500)]
    private static partial Regex Emphasis();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Space();
}
