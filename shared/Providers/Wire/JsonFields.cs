using System.Text.Json;

namespace FunctionsEval.Providers.Wire;

/// <summary>Reads what may be missing or of another kind than documented.</summary>
internal static class JsonFields
{
    public static JsonElement? Object(this JsonElement parent, ReadOnlySpan<byte> name) => parent.Child(name, JsonValueKind.Object);

    public static JsonElement? Array(this JsonElement parent, ReadOnlySpan<byte> name) => parent.Child(name, JsonValueKind.Array);

    public static string? String(this JsonElement parent, ReadOnlySpan<byte> name) => parent.Child(name, JsonValueKind.String)?.GetString();

    public static int? Number(this JsonElement parent, ReadOnlySpan<byte> name) =>
        parent.Child(name, JsonValueKind.Number) is { } value && value.TryGetInt32(out var number) ? number : null;

    /// <summary>The objects of an array; none when it is not there.</summary>
    public static IEnumerable<JsonElement> Objects(this JsonElement parent, ReadOnlySpan<byte> name) =>
        parent.Array(name) is { } array ? array.EnumerateArray().Where(element => element.ValueKind == JsonValueKind.Object) : [];

    private static JsonElement? Child(this JsonElement parent, ReadOnlySpan<byte> name, JsonValueKind kind) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;
}
