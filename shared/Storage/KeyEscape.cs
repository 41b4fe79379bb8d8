using System.Buffers;
using System.Globalization;
using System.Text;

namespace FunctionsEval.Storage;

/// <summary>
/// Keys for Table storage, which forbids / \ # ? and control characters (and trips over %). A forbidden character becomes the nearest
/// allowed one below or above it plus two hex digits, and that lead is escaped too, so the order of keys is kept and the way back is exact.
/// </summary>
internal static class KeyEscape
{
    // Each lead stands for a run of neighbouring characters that contains it: order can only be kept within such a run.
    private static readonly (char First, char Last, char Lead)[] Runs =
        [('\0', ' ', ' '), ('#', '%', '$'), ('.', '/', '.'), ('>', '?', '>'), ('[', '\\', '['), ('~', '\u009f', '~')];

    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Runs.SelectMany(run => Enumerable.Range(run.First, run.Last - run.First + 1)).Select(code => (char)code)]);

    private static readonly SearchValues<char> Leads = SearchValues.Create([.. Runs.Select(run => run.Lead)]);

    public static string Escape(string key)
    {
        if (!key.AsSpan().ContainsAny(Escaped))
        {
            return key;
        }

        var text = new StringBuilder(key.Length + 16);
        foreach (var character in key)
        {
            if (Escaped.Contains(character))
            {
                text.Append(LeadOf(character)).Append(((int)character).ToString("X2", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(character);
            }
        }

        return text.ToString();
    }

    public static string Unescape(string escaped)
    {
        if (!escaped.AsSpan().ContainsAny(Leads))
        {
            return escaped;
        }

        var text = new StringBuilder(escaped.Length);
        for (var index = 0; index < escaped.Length; index++)
        {
            // A key that some other program wrote may hold a lead without digits: it is kept as it is.
            if (Leads.Contains(escaped[index]) && index + 2 < escaped.Length &&
                byte.TryParse(escaped.AsSpan(index + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                text.Append((char)code);
                index += 2;
            }
            else
            {
                text.Append(escaped[index]);
            }
        }

        return text.ToString();
    }

    public static int EscapedLength(string key)
    {
        var length = key.Length;
        for (var rest = key.AsSpan(); rest.IndexOfAny(Escaped) is >= 0 and var at; rest = rest[(at + 1)..])
        {
            length += 2;
        }

        return length;
    }

    private static char LeadOf(char character) => Array.Find(Runs, run => character >= run.First && character <= run.Last).Lead;
}
