using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>A JSON Schema (draft 2020-12, or the draft from 6 on that its <c>$schema</c> names) that answers are checked against.</summary>
internal sealed class CompiledJsonSchema
{
    private static readonly EvaluationOptions Flag = new() { OutputFormat = OutputFormat.Flag, RequireFormatValidation = true };
    private static readonly EvaluationOptions List = new() { OutputFormat = OutputFormat.List };
    private static readonly JsonElement Null = JsonSerializer.SerializeToElement<object?>(null, JsonSerializerOptions.Default);

    private readonly JsonSchema _schema;

    private CompiledJsonSchema(JsonSchema schema)
    {
        _schema = schema;
    }

    /// <exception cref="ArgumentException">The schema has errors; see <see cref="Check"/>.</exception>
    public static CompiledJsonSchema Compile(string json)
    {
        var (schema, errors) = Read(json);
        return schema is not null ? new CompiledJsonSchema(schema) : throw new ArgumentException($"schema {errors[0].Message}", nameof(json));
    }

    public static IReadOnlyList<JsonSchemaError> Check(string json) => Read(json).Errors;

    /// <exception cref="System.Text.RegularExpressions.RegexMatchTimeoutException">A pattern took too long.</exception>
    /// <exception cref="JsonSchemaTooLongException">The schema refers to itself too often on this value.</exception>
    /// <exception cref="InsufficientExecutionStackException">The schema refers to itself without end on this value.</exception>
    public bool Accepts(JsonElement value) => BoundedPattern.Patiently(() => Evaluate(_schema, value));

    private static bool Evaluate(JsonSchema schema, JsonElement value)
    {
        JsonSchemaDialects.BeginCount();
        return schema.Evaluate(value, Flag).IsValid;
    }

    private static (JsonSchema? Schema, IReadOnlyList<JsonSchemaError> Errors) Read(string json)
    {
        JsonNode? node;
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(json);
            root = document.RootElement.Clone();
            node = JsonNode.Parse(json);
        }
        catch (JsonException problem)
        {
            return (null, [JsonSchemaError.At([], $"must be JSON: {problem.Message}")]);
        }

        if (root.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
        {
            return (null, [JsonSchemaError.At([], $"must be an object, true or false, but is {Wording.Shorten(root.GetRawText())}")]);
        }

        var walk = new JsonSchemaWalk();
        try
        {
            node = walk.Visit(node, []);
        }
        catch (ArgumentException)
        {
            return (null, [JsonSchemaError.At([], "must not name a keyword twice")]);
        }

        var errors = walk.Errors.Concat(CheckForm(root)).Concat(walk.DanglingReferences(root)).ToList();
        return errors.Count > 0 ? (null, errors) : Build(node!);
    }

    /// <summary>Against the schema of schemas: a keyword with a value that it cannot have.</summary>
    private static IEnumerable<JsonSchemaError> CheckForm(JsonElement root)
    {
        var id = MetaSchemas.Draft202012Id.OriginalString;
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("$schema", out var named))
        {
            id = named.ValueKind == JsonValueKind.String ? named.GetString()! : named.GetRawText();
        }

        if (!JsonSchemaDialects.ById.TryGetValue(JsonSchemaDialects.Normalize(id), out var draft))
        {
            return [JsonSchemaError.At(["$schema"], $"$schema must be one of {string.Join(", ", JsonSchemaDialects.ById.Keys)}, but is {Wording.Shorten(id)}")];
        }

        var result = draft.MetaSchema.Evaluate(root, List);
        if (result.IsValid)
        {
            return [];
        }

        // A wrong value fails at its own place and at every place above it, and once for each alternative.
        var places = (result.Details ?? [])
            .Where(detail => detail.Errors is { Count: > 0 })
            .Select(detail => (Pointer: Segments(detail.InstanceLocation), Reasons: detail.Errors!.Values))
            .GroupBy(place => string.Join('/', place.Pointer), StringComparer.Ordinal)
            .Select(group => (group.Key, group.First().Pointer, Reason: group.SelectMany(place => place.Reasons).First()))
            .ToList();
        return places
            .Where(place => !places.Any(other => other.Key.StartsWith(place.Key + "/", StringComparison.Ordinal) || (place.Key.Length == 0 && other.Key.Length > 0)))
            .Select(place => JsonSchemaError.At(place.Pointer, Explain(place.Pointer, place.Reason, root)));
    }

    private static string Explain(string[] pointer, string reason, JsonElement root)
    {
        var value = pointer.Aggregate((JsonElement?)root, (at, step) => at switch
        {
            { ValueKind: JsonValueKind.Object } element when element.TryGetProperty(step, out var inner) => inner,
            { ValueKind: JsonValueKind.Array } element when int.TryParse(step, out var index) && index < element.GetArrayLength() => element[index],
            _ => null,
        });
        var shown = value is null ? "missing" : Wording.Shorten(value.Value.ValueKind == JsonValueKind.String ? value.Value.GetString()! : value.Value.GetRawText());
        return pointer is [.., "type"]
            ? $"type must be one or a list of null, boolean, object, array, number, integer, string, but is {shown}"
            : $"{(pointer is [.., var last] ? last : "it")} must be as JSON Schema has it, but is {shown}: {reason.TrimEnd('.')}";
    }

    private static (JsonSchema? Schema, IReadOnlyList<JsonSchemaError> Errors) Build(JsonNode node)
    {
        try
        {
            var schema = JsonSchema.FromText(node.ToJsonString(), JsonSchemaDialects.NewOptions());

            // References are resolved by the first evaluation, and after it the schema is only read.
            Evaluate(schema, Null);
            return (schema, []);
        }
        catch (InsufficientExecutionStackException)
        {
            return (null, [JsonSchemaError.At([], "must not refer to itself without end")]);
        }
        catch (Exception invalid) when (invalid is JsonSchemaException or RefResolutionException)
        {
            return (null, [JsonSchemaError.At([], $"is not a valid schema: {invalid.Message.TrimEnd('.')}")]);
        }
    }

    private static string[] Segments(Json.Pointer.JsonPointer pointer) =>
        [.. Enumerable.Range(0, pointer.SegmentCount).Select(index => pointer[index].ToString())];
}
