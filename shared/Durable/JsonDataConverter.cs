using System.Text.Json;

namespace FunctionsEval.Durable;

/// <summary>Inputs, results and events as JSON text. Null is "no value", and comes back as the default of the type.</summary>
public sealed class JsonDataConverter(JsonSerializerOptions options)
{
    public string? Serialize(object? value) => value is null ? null : JsonSerializer.Serialize(value, value.GetType(), options);

    public T? Deserialize<T>(string? json) => json is null ? default : JsonSerializer.Deserialize<T>(json, options);
}
