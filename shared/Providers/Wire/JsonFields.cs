using System.Text.Json;

namespace FunctionsEval.Providers.Wire;

/// <summary>Reads what may be missing or of another kind than documented.</summary>
internal static class JsonFields
{
    // Ten times the largest context that any vendor offers.
    private const int MostTokens = 100_000_000;

    public static JsonElement? Object(this JsonElement parent, ReadOnlySpan<byte> name) => parent.Child(name, JsonValueKind.Object);

    public static JsonElement? Array(this JsonElement parent, ReadOnlySpan<byte> name) => parent.Child(name, JsonValueKind.Array);

    public static string? String(this JsonElement parent, ReadOnlySpan<byte> name) => parent.Child(name, JsonValueKind.String)?.GetString();

    public static int? Number(this JsonElement parent, ReadOnlySpan<byte> name) =>
        parent.Child(name, JsonValueKind.Number) is { } value && value.TryGetInt32(out var number) ? number : null;

    /// <summary>A count of tokens. One that cannot be (negative, with a fraction, beyond any model's size) is unknown.</summary>
    public static int? Tokens(this JsonElement parent, ReadOnlySpan<byte> name) =>
        parent.Child(name, JsonValueKind.Number) is { } value && value.TryGetDouble(out var number) && number is >= 0 and <= MostTokens && double.IsInteger(number)
            ? (int)number
            : null;

    /// <summary>The objects of an array; none when it is not there.</summary>
    public static IEnumerable<JsonElement> Objects(this JsonElement parent, ReadOnlySpan<byte> name) =>
        parent.Array(name) is { } array ? array.EnumerateArray().Where(element => element.ValueKind == JsonValueKind.Object) : [];

    private static JsonElement? Child(this JsonElement parent, ReadOnlySpan<byte> name, JsonValueKind kind) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;
}
