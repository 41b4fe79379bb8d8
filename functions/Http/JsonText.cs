using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;

namespace FunctionsEval.Http;

/// <param name="Field">The path of the value that breaks a rule; null when the text is not JSON at all.</param>
/// <param name="Message">A sentence about the field, or why the text is not JSON.</param>
/// <param name="Offset">Where in the text, in bytes.</param>
internal sealed record JsonFault(string? Field, string Message, long Offset = 0);

/// <summary>
/// JSON of a caller. One pass over the bytes checks what a parser would let through (halves of surrogate pairs, bytes that are not
/// UTF-8) or pay for in memory (a list of ten million entries) before anything is built from them.
/// </summary>
internal static class JsonText
{
    public const int MaxDepth = 64;

    /// <summary>Of one list or object. The longest that any request has are the scenarios of a definition.</summary>
    public const int MaxEntries = DefinitionRules.MaxScenarios;

    /// <summary>Of the whole text.</summary>
    public const int MaxValues = 2_000_000;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The document, or the first thing that is wrong with it.</summary>
    public static (JsonDocument? Document, JsonFault? Fault) Parse(ReadOnlyMemory<byte> utf8)
    {
        utf8 = utf8.Span.StartsWith(ByteOrderMark) ? utf8[ByteOrderMark.Length..] : utf8;
        if (Check(utf8.Span) is { } fault)
        {
            return (null, fault);
        }

        try
        {
            return (JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false }), null);
        }
        catch (JsonException)
        {
            // All else has been checked.
            return (null, Repeated(utf8.Span));
        }
    }

    /// <summary>The first thing that is wrong; a field that is given twice is left to <see cref="Parse"/>.</summary>
    public static JsonFault? Check(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth + 1 });
        var place = new JsonPlace(utf8);
        var isUtf8 = Utf8.IsValid(utf8);
        var values = 0;
        try
        {
            while (reader.Read())
            {
                place.Enter(ref reader);
                if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndObject or JsonTokenType.EndArray) && ++values > MaxValues)
                {
                    return Fault($"The body must hold at most {MaxValues:N0} values.", ref reader, ref place);
                }

                if (place.Depth > MaxDepth)
                {
                    return new JsonFault(null, string.Create(CultureInfo.InvariantCulture, $"it is nested deeper than {MaxDepth} levels."), reader.TokenStartIndex);
                }

                if (place.Entries > MaxEntries)
                {
                    return Fault($"{place.Outer} must have at most {MaxEntries:N0} entries.", place.Outer, reader.TokenStartIndex);
                }

                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && TextFault(ref reader, isUtf8) is { } reason)
                {
                    return Fault($"{place.Path} must be Unicode text, but holds {reason}.", ref reader, ref place);
                }
            }

            return null;
        }
        catch (JsonException exception)
        {
            return new JsonFault(null, isUtf8 ? JsonReason.Of(exception) : "it holds bytes that are not UTF-8.", reader.TokenStartIndex);
        }
    }

    private static JsonFault Fault(FormattableString message, ref Utf8JsonReader reader, ref JsonPlace place) =>
        Fault(message, place.Path, reader.TokenStartIndex);

    private static JsonFault Fault(FormattableString message, string field, long offset) => new(field, message.ToString(CultureInfo.InvariantCulture), offset);

    private static string? TextFault(ref Utf8JsonReader reader, bool isUtf8) =>
        !isUtf8 && !Utf8.IsValid(reader.ValueSpan) ? "bytes that are not UTF-8"
        : reader.ValueIsEscaped && HasHalfPair(reader.ValueSpan) ? "half of a surrogate pair"
        : null;

    /// <summary>True when an escape such as <c>\ud83d</c> has no other half beside it.</summary>
    private static bool HasHalfPair(ReadOnlySpan<byte> text)
    {
        var needsLow = false;
        for (var index = 0; index < text.Length;)
        {
            var isUnit = text[index] == (byte)'\\' && text[index + 1] == (byte)'u';
            var unit = isUnit ? (char)int.Parse(text.Slice(index + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : '\0';
            if (needsLow != char.IsLowSurrogate(unit))
            {
                return true;
            }

            needsLow = char.IsHighSurrogate(unit);
            index += isUnit ? 6 : text[index] == (byte)'\\' ? 2 : 1;
        }

        return needsLow;
    }

    private static JsonFault Repeated(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        var place = new JsonPlace(utf8);
        var names = new Stack<HashSet<string>>();
        while (reader.Read())
        {
            place.Enter(ref reader);
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    names.Push(new HashSet<string>(StringComparer.Ordinal));
                    break;
                case JsonTokenType.EndObject:
                    names.Pop();
                    break;
                case JsonTokenType.PropertyName when !names.Peek().Add(reader.GetString()!):
                    return Fault($"{place.Path} must be given once, but is given twice.", ref reader, ref place);
            }
        }

        throw new System.Diagnostics.UnreachableException();
    }
}
