using System.Text.Json;

namespace FunctionsEval.Storage;

/// <summary>A place in a range as opaque text: the two keys that a backend goes on from.</summary>
internal static class ContinuationToken
{
    public static string Make(string partitionKey, string? rowKey) =>
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new[] { partitionKey, rowKey }));

    public static string?[] Parse(string token)
    {
        try
        {
            if (JsonSerializer.Deserialize<string?[]>(Convert.FromBase64String(token)) is [not null, _] keys)
            {
                return keys;
            }
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            // Falls through to the one message for whatever is wrong with it.
        }

        throw new ContinuationTokenException(token);
    }
}
