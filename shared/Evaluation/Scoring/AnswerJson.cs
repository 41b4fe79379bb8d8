using System.Text;
using System.Text.Json;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>
/// The one JSON value of an answer: the whole text, else the one fenced block that is JSON, else the one object or list amid prose.
/// Several different values are ambiguous, and a value that breaks off is none: its inner parts are not what was meant.
/// </summary>
internal static class AnswerJson
{
    /// <summary>The reason where nothing looks like JSON.</summary>
    public const string NoJson = "The answer holds no JSON.";

    private const string Fence = "```";
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    /// <summary>The value, or the reason why there is none.</summary>
    public static (JsonElement? Value, string? Reason) Find(string answer)
    {
        if (Parse(answer.AsMemory().Trim()) is { } whole)
        {
            return (whole, null);
        }

        var fenced = FencedBlocks(answer).Select(Parse).OfType<JsonElement>().ToList();
        return fenced.Count > 0 ? TheOne(fenced) : FindAmidProse(answer);
    }

    private static (JsonElement? Value, string? Reason) TheOne(List<JsonElement> values) =>
        values.TrueForAll(value => JsonElement.DeepEquals(value, values[0]))
            ? (values[0], null)
            : (null, $"The answer holds {values.Count} different JSON values.");

    private static (JsonElement? Value, string? Reason) FindAmidProse(string answer)
    {
        var utf8 = Encoding.UTF8.GetBytes(answer);
        var values = new List<JsonElement>();
        for (var at = 0; at < utf8.Length;)
        {
            var next = utf8.AsSpan(at).IndexOfAny((byte)'{', (byte)'[');
            if (next < 0)
            {
                break;
            }

            at += next + TooDeep(utf8.AsSpan(at + next));
            var (length, isBroken) = Measure(utf8.AsSpan(at));
            if (isBroken)
            {
                return (null, "The answer holds JSON that is broken or breaks off.");
            }

            if (length > 0)
            {
                using var document = JsonDocument.Parse(utf8.AsMemory(at, length), Strict);
                values.Add(document.RootElement.Clone());
            }

            at += Math.Max(1, length);
        }

        // Beside an object, [1] is a reference to a source.
        if (values.Exists(value => value.ValueKind == JsonValueKind.Object))
        {
            values.RemoveAll(value => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number));
        }

        return values.Count > 0 ? TheOne(values) : (null, NoJson);
    }

    /// <summary>How many lists that open here cannot end, for too many open right behind them; reading each of a million would take seconds.</summary>
    private static int TooDeep(ReadOnlySpan<byte> utf8) => Math.Max(0, (utf8.IndexOfAnyExcept((byte)'[') is var end and >= 0 ? end : utf8.Length) - Strict.MaxDepth);

    /// <summary>
    /// The bytes of the value that begins here; 0 when it is none. Broken when it was plainly meant as an object: a name was read before it failed.
    /// A position is read once for each of the 64 levels that may be open there at most, so the search is linear in the text.
    /// </summary>
    private static (int Length, bool IsBroken) Measure(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Strict.MaxDepth, AllowMultipleValues = true });
        var hasName = false;
        try
        {
            while (reader.Read())
            {
                hasName |= reader.TokenType == JsonTokenType.PropertyName;
                if (reader.CurrentDepth == 0 && reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    return ((int)reader.BytesConsumed, false);
                }
            }
        }
        catch (JsonException)
        {
        }

        return (0, hasName);
    }

    private static JsonElement? Parse(ReadOnlyMemory<char> text)
    {
        // Prose is the common case, and an exception for it costs more than all the rest.
        if (text.IsEmpty || !"{[\"-0123456789tfn".Contains(text.Span[0]))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            return document.RootElement.Clone();
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static IEnumerable<ReadOnlyMemory<char>> FencedBlocks(string answer)
    {
        for (var open = answer.IndexOf(Fence, StringComparison.Ordinal); open >= 0;)
        {
            var start = answer.IndexOf('\n', open);
            var end = start < 0 ? -1 : answer.IndexOf(Fence, start, StringComparison.Ordinal);
            if (end < 0)
            {
                yield break;
            }

            yield return answer.AsMemory(start, end - start).Trim();
            open = answer.IndexOf(Fence, end + Fence.Length, StringComparison.Ordinal);
        }
    }
}
