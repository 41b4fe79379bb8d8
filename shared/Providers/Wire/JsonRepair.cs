using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace FunctionsEval.Providers.Wire;

/// <summary>
/// Makes a body that a JSON reader takes of what servers really send: a byte order mark goes, UTF-16 becomes UTF-8, and what is no
/// character (bytes that are not UTF-8, half a surrogate pair in an escape) becomes U+FFFD. Costs nothing where there is nothing to mend.
/// </summary>
internal static class JsonRepair
{
    private const int EscapeLength = 6;

    /// <param name="body">May be changed in place.</param>
    public static ReadOnlyMemory<byte> Of(Memory<byte> body)
    {
        var bytes = body.Span;
        body = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => body[3..],
            [0xFF, 0xFE, ..] => Encoding.UTF8.GetBytes(Encoding.Unicode.GetString(bytes[2..])),
            [0xFE, 0xFF, ..] => Encoding.UTF8.GetBytes(Encoding.BigEndianUnicode.GetString(bytes[2..])),
            _ => body,
        };
        if (!Utf8.IsValid(body.Span))
        {
            body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body.Span));
        }

        MendSurrogates(body.Span);
        return body;
    }

    private static void MendSurrogates(Span<byte> json)
    {
        for (var at = 0; json[at..].IndexOf((byte)'\\') is var found and >= 0;)
        {
            at += found;
            if (Surrogate(json[at..]) is not { } unit)
            {
                // Whatever is escaped, another backslash too, is passed over with it.
                at = Math.Min(at + 2, json.Length);
            }
            else if (char.IsHighSurrogate(unit) && Surrogate(json[(at + EscapeLength)..]) is { } next && char.IsLowSurrogate(next))
            {
                at += 2 * EscapeLength;
            }
            else
            {
                "fffd"u8.CopyTo(json[(at + 2)..]);
                at += EscapeLength;
            }
        }
    }

    /// <summary>The code unit of an escape at the beginning when it is half of a pair.</summary>
    private static char? Surrogate(ReadOnlySpan<byte> json) =>
        json.Length >= EscapeLength && json[0] == '\\' && json[1] == 'u'
        && ushort.TryParse(json.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit) && char.IsSurrogate((char)unit)
            ? (char)unit
            : null;
}
