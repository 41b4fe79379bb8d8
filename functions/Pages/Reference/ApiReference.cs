using System.Text.Json;

namespace FunctionsEval.Pages.Reference;

/// <summary>An OpenAPI 3.0 document as the reference page shows it.</summary>
public sealed record ApiReference(string Description, IReadOnlyList<ApiGroup> Groups, IReadOnlyList<ApiSchema> Schemas)
{
    // For models: people look for it last.
    private const string Mcp = "mcp";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static ApiReference Of(JsonElement document)
    {
        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => OperationOf(path.Name, operation.Name, operation.Value)));
        var schemas = document.TryGetProperty("components", out var components) && components.TryGetProperty("schemas", out var known) ? known.EnumerateObject().Select(SchemaOf) : [];
        return new ApiReference(
            Text(document.GetProperty("info"), "description") ?? "",
            [.. operations.GroupBy(operation => operation.Group, StringComparer.Ordinal).OrderBy(group => group.Key == Mcp).Select(group => new ApiGroup(group.Key, [.. group]))],
            [.. schemas.OrderBy(schema => schema.Name, StringComparer.Ordinal)]);
    }

    private static ApiOperation OperationOf(string path, string method, JsonElement operation) => new(
        operation.GetProperty("tags")[0].GetString()!,
        method.ToUpperInvariant(),
        path,
        Text(operation, "operationId") ?? $"{method}{path}",
        Text(operation, "summary") ?? "",
        [.. Items(operation, "parameters").Select(parameter => new ApiField(
            Text(parameter, "name")!,
            TypeOf(parameter.GetProperty("schema")),
            parameter.TryGetProperty("required", out var required) && required.GetBoolean(),
            string.Join(". ", new[] { $"In the {Text(parameter, "in")}", Text(parameter, "description") }.OfType<string>())))],
        operation.TryGetProperty("requestBody", out var body) ? BodyOf(body) : null,
        [.. operation.GetProperty("responses").EnumerateObject().Select(answer => new ApiAnswer(
            answer.Name,
            Text(answer.Value, "description") ?? "",
            answer.Value.TryGetProperty("content", out var content) && content.EnumerateObject().FirstOrDefault() is { Value.ValueKind: JsonValueKind.Object } type && type.Value.TryGetProperty("schema", out var schema)
                ? TypeOf(schema)
                : null))]);

    private static ApiBody BodyOf(JsonElement body)
    {
        var content = body.GetProperty("content").EnumerateObject().ToList();
        var example = content.Select(type => type.Value.TryGetProperty("example", out var given) ? JsonSerializer.Serialize(given, Indented) : null).FirstOrDefault(given => given is not null);
        return new ApiBody(
            Text(body, "description") ?? "",
            [.. content.Select(type => type.Name)],
            content[0].Value.TryGetProperty("schema", out var schema) ? TypeOf(schema) : new ApiType("anything"),
            example);
    }

    private static ApiSchema SchemaOf(JsonProperty schema)
    {
        HashSet<string> required = [.. Items(schema.Value, "required").Select(name => name.GetString()!)];
        return new ApiSchema(
            schema.Name,
            Text(schema.Value, "description") ?? "",
            schema.Value.TryGetProperty("properties", out _) ? null : TypeOf(schema.Value),
            schema.Value.TryGetProperty("properties", out var fields)
                ? [.. fields.EnumerateObject().Select(field => new ApiField(field.Name, TypeOf(field.Value), required.Contains(field.Name), Text(field.Value, "description") ?? ""))]
                : []);
    }

    private static ApiType TypeOf(JsonElement schema)
    {
        if (Text(schema, "$ref") is { } reference)
        {
            return new ApiType("", reference[(reference.LastIndexOf('/') + 1)..]);
        }

        foreach (var choice in new[] { "oneOf", "anyOf", "allOf" })
        {
            if (Items(schema, choice).FirstOrDefault(item => item.TryGetProperty("$ref", out _)) is { ValueKind: JsonValueKind.Object } chosen)
            {
                return TypeOf(chosen);
            }
        }

        var values = Items(schema, "enum").Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()!).ToList();
        return values.Count > 0 ? new ApiType(string.Join(", ", values))
            : Text(schema, "type") switch
            {
                "array" when schema.TryGetProperty("items", out var items) => TypeOf(items) is var of && of.Schema is null ? new ApiType($"list of {of.Text}") : of with { Text = "list of " },
                "object" when schema.TryGetProperty("additionalProperties", out var entries) && entries.ValueKind == JsonValueKind.Object =>
                    TypeOf(entries) is var of && of.Schema is null ? new ApiType($"map to {of.Text}") : of with { Text = "map to " },
                { } type => new ApiType(Text(schema, "format") is { } format ? $"{type} ({format})" : type),
                null => new ApiType("anything"),
            };
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement.ArrayEnumerator Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : default;
}

public sealed record ApiGroup(string Name, IReadOnlyList<ApiOperation> Operations);

/// <param name="Id">What a generated client calls it.</param>
public sealed record ApiOperation(
    string Group, string Method, string Path, string Id, string Summary, IReadOnlyList<ApiField> Parameters, ApiBody? Body, IReadOnlyList<ApiAnswer> Answers);

public sealed record ApiField(string Name, ApiType Type, bool IsRequired, string Description);

public sealed record ApiBody(string Description, IReadOnlyList<string> MediaTypes, ApiType Type, string? Example);

public sealed record ApiAnswer(string Status, string Description, ApiType? Type);

/// <param name="Type">Where it is no object with fields.</param>
public sealed record ApiSchema(string Name, string Description, ApiType? Type, IReadOnlyList<ApiField> Fields);

/// <param name="Text">What is said of it, in front of the schema where there is one.</param>
public sealed record ApiType(string Text, string? Schema = null);
