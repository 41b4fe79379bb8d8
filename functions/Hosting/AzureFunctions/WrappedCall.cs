using System.Text.Json;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>
/// The body of a call for a trigger that is not plain HTTP: <c>{"Data":{binding:value},"Metadata":{...}}</c>. Metadata is not read:
/// the host merges the properties of a JSON payload into it, so any sender of a message could write it.
/// </summary>
internal sealed class WrappedCall
{
    private readonly JsonElement _data;

    private WrappedCall(JsonElement data) => _data = data;

    public static WrappedCall Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var root = JsonElement.Parse(body.Span);
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("Data", out var data) && data.ValueKind == JsonValueKind.Object
                ? new WrappedCall(data)
                : throw new MalformedCallException("The body must be a JSON object whose Data is an object.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new MalformedCallException($"The body ({body.Length} bytes) is not JSON: {exception.Message}");
        }
    }

    /// <summary>The value of a binding, with one layer of encoding taken away.</summary>
    public JsonElement Value(string binding)
    {
        try
        {
            return _data.TryGetProperty(binding, out var value)
                ? WireValue.Unwrap(value)
                : throw new MalformedCallException(
                    $"Data.{binding} is missing (there is: {string.Join(", ", _data.EnumerateObject().Select(property => property.Name))}).");
        }
        catch (InvalidOperationException)
        {
            // JSON may hold bytes and escapes that stand for no text; they are only found when they are read.
            throw new MalformedCallException($"Data.{binding}, or a name beside it, is no text: it holds bytes that are not UTF-8, or half of a surrogate pair.");
        }
    }
}

/// <summary>A call that no Functions host sends. Repeating it would not help.</summary>
internal sealed class MalformedCallException(string message) : Exception(message);
