using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace FunctionsEval.Http;

/// <summary>What a caller gave, as a message shows it: on one line, and of a long value only the beginning.</summary>
internal static class Excerpt
{
    public const int MaxLength = 200;

    // The longest character has four bytes.
    private const int MaxBytes = 4 * (MaxLength + 1);

    public static string Of(string text)
    {
        var start = text.Length <= MaxLength ? text : $"{text[..(char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength)]}...";
        return start.ReplaceLineEndings(" ");
    }

    /// <summary>A value as it was written.</summary>
    public static string Of(JsonElement value) => Of(JsonMarshal.GetRawUtf8Value(value));

    /// <summary>Text that need not be valid: what is not shows as U+FFFD.</summary>
    public static string Of(ReadOnlySpan<byte> utf8) => Of(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, MaxBytes)]));
}
