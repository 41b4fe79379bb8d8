using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FunctionsEval.Http;

/// <summary>
/// Compares JSON with the type that it shall become, by what the serializer knows of the type, and collects every complaint in the
/// caller's words: unknown fields, missing ones, values of another kind.
/// </summary>
internal sealed class RequestShape(JsonSerializerOptions options)
{
    /// <summary>Nobody reads more.</summary>
    private const int MaxErrors = 1_000;

    private readonly List<FieldError> _errors = [];

    public IReadOnlyList<FieldError> Errors => _errors;

    public void Check(JsonElement value, Type type, string path = "")
    {
        var known = Nullable.GetUnderlyingType(type) ?? type;
        if (known == typeof(JsonElement) || _errors.Count >= MaxErrors)
        {
            return;
        }

        var info = options.GetTypeInfo(known);
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Object when value.ValueKind == JsonValueKind.Object:
                CheckFields(value, info, path);
                break;
            case JsonTypeInfoKind.Enumerable when value.ValueKind == JsonValueKind.Array:
                foreach (var (index, entry) in value.EnumerateArray().Index())
                {
                    Check(entry, info.ElementType!, FormattableString.Invariant($"{path}[{index}]"));
                }

                break;
            case JsonTypeInfoKind.None when IsOf(value, known, info):
                break;
            default:
                Fail(path, $"{(path.Length == 0 ? "The body" : path)} must be {KindOf(known, info)}, but is {Excerpt.Of(value)}.");
                break;
        }
    }

    private void CheckFields(JsonElement value, JsonTypeInfo info, string path)
    {
        var fields = info.Properties.Where(property => property.AssociatedParameter is not null).ToDictionary(property => property.Name, StringComparer.Ordinal);
        foreach (var given in value.EnumerateObject())
        {
            if (!fields.TryGetValue(given.Name, out var field))
            {
                var name = PathOf(path, Excerpt.Of(given.Name));
                Fail(name, $"{name} is not a known field. Known here are {string.Join(", ", fields.Keys)}.");
            }
            else if (given.Value.ValueKind != JsonValueKind.Null || !TakesNull(field))
            {
                Check(given.Value, field.PropertyType, PathOf(path, field.Name));
            }
        }

        foreach (var field in fields.Values.Where(field => !field.AssociatedParameter!.HasDefaultValue && !value.TryGetProperty(field.Name, out _)))
        {
            Fail(PathOf(path, field.Name), $"{PathOf(path, field.Name)} is required, but missing.");
        }
    }

    private static bool TakesNull(JsonPropertyInfo field) =>
        field.PropertyType.IsValueType ? Nullable.GetUnderlyingType(field.PropertyType) is not null : field.AssociatedParameter!.IsNullable;

    private static bool IsOf(JsonElement value, Type type, JsonTypeInfo info) => Type.GetTypeCode(type) switch
    {
        TypeCode.String => value.ValueKind == JsonValueKind.String,
        TypeCode.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        TypeCode.Int32 when !type.IsEnum => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _),
        TypeCode.Int64 when !type.IsEnum => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        TypeCode.Double => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number),
        _ => CanBecome(value, info),
    };

    private static bool CanBecome(JsonElement value, JsonTypeInfo info)
    {
        try
        {
            return value.Deserialize(info) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string KindOf(Type type, JsonTypeInfo info) => (info.Kind, Type.GetTypeCode(type)) switch
    {
        (JsonTypeInfoKind.Object, _) => "an object",
        (JsonTypeInfoKind.Enumerable, _) => "a list",
        (_, TypeCode.String) => "text",
        (_, TypeCode.Boolean) => "true or false",
        (_, TypeCode.Int32) when type.IsEnum => $"one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}",
        (_, TypeCode.Int32) => "a whole number of 32 bits",
        (_, TypeCode.Int64) => "a whole number of 64 bits",
        (_, TypeCode.Double) => "a finite number",
        _ when type == typeof(DateTimeOffset) => "a time as ISO 8601, such as 2026-05-04T10:00:00Z",
        _ => "another kind of value",
    };

    private static string PathOf(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private void Fail(string path, string message) => _errors.Add(new FieldError(path, message));
}
