using System.Buffers;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using FunctionsEval.Http;
using FunctionsEval.Storage;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace FunctionsEval.Mcp;

/// <summary>What a tool found: in plain sentences, and as an object whose first field holds the same sentences.</summary>
internal interface IToolResult
{
    IReadOnlyList<string> Sentences { get; }
}

/// <summary>
/// A tool of the Model Context Protocol. Its schema comes from the type of its arguments, and so does the check of every call: the library checks neither
/// names nor ranges, and would hide the reason of an exception. An error names field, value and rule, so that a model can mend the call.
/// </summary>
/// <param name="isReadOnly">It starts nothing and changes nothing.</param>
internal sealed class Tool<TArguments, TResult>(
    string name, string title, string description, bool isReadOnly, Func<TArguments, CancellationToken, Task<TResult>> call) : McpServerTool
    where TArguments : class
    where TResult : class, IToolResult
{
    private static readonly JsonTypeInfo<TArguments> ArgumentsType = (JsonTypeInfo<TArguments>)McpJson.Context.Options.GetTypeInfo(typeof(TArguments));

    public override Tool ProtocolTool { get; } = new()
    {
        Name = name,
        Title = title,
        Description = description,
        InputSchema = Schema(),
        Annotations = new ToolAnnotations { Title = title, ReadOnlyHint = isReadOnly, DestructiveHint = false, IdempotentHint = isReadOnly, OpenWorldHint = !isReadOnly },
    };

    public override IReadOnlyList<object> Metadata => [];

    public override async ValueTask<CallToolResult> InvokeAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken = default)
    {
        try
        {
            var result = await call(Arguments(request.Params?.Arguments), cancellationToken);
            var json = JsonSerializer.SerializeToElement(result, (JsonTypeInfo<TResult>)McpJson.Context.Options.GetTypeInfo(typeof(TResult)));

            // The sentences first; the JSON again as text, for clients that show a model only text.
            return new CallToolResult
            {
                Content = [new TextContentBlock { Text = string.Join('\n', result.Sentences) }, new TextContentBlock { Text = json.GetRawText() }],
                StructuredContent = json,
            };
        }
        catch (ToolException exception)
        {
            return Refused(exception.Errors);
        }
        catch (ContinuationTokenException)
        {
            return Refused([new FieldError("continuation_token", "continuation_token did not come from this store: take the one of the last answer, or none to begin again.")]);
        }
        catch (StorageException exception)
        {
            return Refused([new FieldError("", exception.Message)]);
        }
    }

    private static TArguments Arguments(IDictionary<string, JsonElement>? given)
    {
        var (document, fault) = JsonText.Parse(TextOf(given ?? new Dictionary<string, JsonElement>(StringComparer.Ordinal)));
        if (fault is not null)
        {
            throw new ToolException(fault.Field ?? "", fault.Message);
        }

        using (document)
        {
            var shape = new RequestShape(McpJson.Context.Options);
            shape.Check(document!.RootElement, typeof(TArguments));
            if (shape.Errors.Count > 0)
            {
                throw new ToolException(shape.Errors);
            }

            var arguments = document.RootElement.Deserialize(ArgumentsType)!;
            return RangeErrors(arguments).ToList() is { Count: > 0 } errors ? throw new ToolException(errors) : arguments;
        }
    }

    /// <summary>As it came: half of a surrogate pair could not be written again, and is for the check to refuse.</summary>
    private static ReadOnlyMemory<byte> TextOf(IDictionary<string, JsonElement> given)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(utf8))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in given)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return utf8.WrittenMemory;
    }

    private static IEnumerable<FieldError> RangeErrors(TArguments arguments) =>
        from property in ArgumentsType.Properties
        let range = AttributeOf<RangeAttribute>(property)
        let value = property.Get!(arguments)
        where range is not null && value is not null && !range.IsValid(value)
        select new FieldError(property.Name, string.Create(CultureInfo.InvariantCulture, $"{property.Name} must be {RuleOf(range)}, but is {value}."));

    private static string RuleOf(RangeAttribute range) => range.MinimumIsExclusive
        ? string.Create(CultureInfo.InvariantCulture, $"above {range.Minimum}")
        : string.Create(CultureInfo.InvariantCulture, $"between {range.Minimum} and {range.Maximum}");

    private static JsonElement Schema()
    {
        var schema = ArgumentsType.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Describe });

        // The exporter tells nothing of a property that takes any JSON.
        foreach (var property in ArgumentsType.Properties.Where(property => property.PropertyType == typeof(JsonElement?)))
        {
            schema["properties"]![property.Name] = Described(property, new JsonObject { ["type"] = new JsonArray("object", "string") });
        }

        return JsonSerializer.SerializeToElement(schema, McpJson.Context.JsonNode);
    }

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema) =>
        context.PropertyInfo is { } property && schema is JsonObject described ? Described(property, described) : schema;

    private static JsonObject Described(JsonPropertyInfo property, JsonObject schema)
    {
        if (AttributeOf<DescriptionAttribute>(property) is { } description)
        {
            schema["description"] = description.Description;
        }

        if (AttributeOf<RangeAttribute>(property) is { } range)
        {
            schema[range.MinimumIsExclusive ? "exclusiveMinimum" : "minimum"] = NumberOf(range.Minimum);
            if (!range.MinimumIsExclusive)
            {
                schema["maximum"] = NumberOf(range.Maximum);
            }
        }

        // Null is the same as leaving it out, which models do better.
        schema.Remove("default");
        return schema;
    }

    private static JsonValue NumberOf(object bound) => JsonValue.Create(Convert.ToDouble(bound, CultureInfo.InvariantCulture));

    private static TAttribute? AttributeOf<TAttribute>(JsonPropertyInfo property)
        where TAttribute : Attribute =>
        property.AssociatedParameter?.AttributeProvider?.GetCustomAttributes(typeof(TAttribute), inherit: false).OfType<TAttribute>().FirstOrDefault();

    private static CallToolResult Refused(IReadOnlyList<FieldError> errors)
    {
        var told = errors.Take(Problems.MaxComplaints).Select(error => ToolFields.In(error.Message, ArgumentsType)).ToList();
        if (errors.Count > told.Count)
        {
            told.Add(string.Create(CultureInfo.InvariantCulture, $"... and {errors.Count - told.Count:N0} more."));
        }

        return new CallToolResult { IsError = true, Content = [new TextContentBlock { Text = string.Join('\n', told) }] };
    }
}
