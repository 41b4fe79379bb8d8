using System.Globalization;
using System.Text;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>
/// Text from outside made fit for a terminal, in the one place for it: what would move the cursor, colour or hide text, turn it round or ring
/// the bell is shown as its code. Line ends and tabs stay.
/// </summary>
internal static class Visible
{
    public static string Text(string text)
    {
        text = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        var first = FirstHidden(text);
        if (first < 0)
        {
            return text;
        }

        var visible = new StringBuilder(text.Length + 16).Append(text.AsSpan(0, first));
        for (var index = first; index < text.Length; index++)
        {
            if (char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
            {
                visible.Append(text, index++, 2);
            }
            else if (IsHidden(text[index]))
            {
                visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[index]:x4}");
            }
            else
            {
                visible.Append(text[index]);
            }
        }

        return visible.ToString();
    }

    /// <summary>The same on one line, for a cell of a table or a part of a sentence.</summary>
    public static string Line(string text) => Text(text.ReplaceLineEndings(" ").Replace('\t', ' '));

    /// <summary>The same as Spectre markup.</summary>
    public static string Markup(string text) => Spectre.Console.Markup.Escape(Line(text));

    /// <summary>Writes a line of markup whose inserted values are text from outside.</summary>
    public static void Say(this IAnsiConsole console, FormattableString line) => console.MarkupLineInterpolated(
        CultureInfo.InvariantCulture,
        System.Runtime.CompilerServices.FormattableStringFactory.Create(line.Format, [.. line.GetArguments().Select(value => value is string text ? Line(text) : value)]));

    private static int FirstHidden(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (IsHidden(text[index]))
            {
                return index;
            }
        }

        return -1;
    }

    private static bool IsHidden(char unit) => unit switch
    {
        '\n' or '\t' => false,
        '\r' => true,
        _ => char.IsControl(unit) || char.IsSurrogate(unit) || unit is >= '\ufffe' or '\u2028' or '\u2029' || IsTurning(unit),
    };

    // Bidirectional overrides and isolates turn round what follows them, also what is not theirs; marks only hint.
    private static bool IsTurning(char unit) => unit is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' or '\u200e' or '\u200f' or '\u061c';
}
