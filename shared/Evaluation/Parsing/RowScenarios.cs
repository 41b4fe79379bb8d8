using System.Globalization;
using System.Text.Json;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>
/// Makes the fields of a scenario from a row: the definition gives each field as a template over the columns. A field that is nothing but one variable
/// takes its value as it is, a list as a list. Texts that are sent to the model stay templates; a run fills them in.
/// </summary>
internal sealed class RowScenarios
{
    public const string RowNumber = "row_number";

    private static readonly string[] Evaluated = ["id", "name", "expected", "accepted", "cluster", "tags", "weight", "messages", "image", "scorers"];
    private static readonly string[] KeptAsTemplates = ["prompt", "system", "followups"];

    private readonly FieldReader _fields;
    private readonly Dictionary<string, SourceNode> _templates = new(StringComparer.Ordinal);
    private readonly SourceNode.Mapping? _vars;
    private readonly HashSet<string> _columns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>?> _references = new(StringComparer.Ordinal);
    private bool _usesRow;
    private int _matched;

    /// <param name="fields">The mapping that stands for the scenarios.</param>
    public RowScenarios(FieldReader fields)
    {
        _fields = fields;
        Spec = DatasetParser.Parse(fields);
        foreach (var name in Evaluated.Concat(KeptAsTemplates))
        {
            if (fields.Take(name) is { } node)
            {
                _templates[name] = node;
                CheckTemplates(node, fields.PathOf(name));
            }
        }

        if (fields.Take("vars") is { } vars && fields.Inner(vars, fields.PathOf("vars")) is not null)
        {
            _vars = vars as SourceNode.Mapping;
            CheckTemplates(vars, fields.PathOf("vars"));
        }

        fields.RejectUnknown();
    }

    /// <summary>Null where the definition names no data set.</summary>
    public DatasetSpec? Spec { get; }

    /// <summary>The rows say what is asked.</summary>
    public bool Asks => _templates.ContainsKey("prompt") || _templates.ContainsKey("messages");

    /// <summary>True when no further row can be taken.</summary>
    public bool IsFull => Spec?.Limit is { } limit && _matched >= (long)Spec.Offset + limit;

    /// <summary>The row as a scenario of a document; null when the definition leaves it out.</summary>
    /// <exception cref="TemplateException">A template cannot be filled in for this row.</exception>
    public SourceNode.Mapping? Make(DataRow row)
    {
        var variables = VariablesOf(row);
        _columns.UnionWith(variables.Keys);
        if (!Spec!.Where.All(condition => variables.TryGetValue(condition.Key, out var value) && condition.Value.Contains(TextOf(value))) || _matched++ < Spec.Offset)
        {
            return null;
        }

        if (_usesRow)
        {
            variables.TryAdd("row", row.Fields);
            variables.TryAdd(RowNumber, JsonSerializer.SerializeToElement(row.Number, RowJson.Default.Int32));
        }

        var entries = new List<SourceEntry>();
        foreach (var (name, template) in _templates)
        {
            Add(entries, name, KeptAsTemplates.Contains(name) ? template : Evaluate(template, variables, row, name), row);
        }

        if (!_templates.ContainsKey("id"))
        {
            Add(entries, "id", Text(row.Number.ToString(CultureInfo.InvariantCulture), row), row);
        }

        if (_vars is not null)
        {
            Add(entries, "vars", Evaluate(_vars, variables, row, "vars"), row);
        }

        return new SourceNode.Mapping(entries, row.Line, 1);
    }

    private static Dictionary<string, JsonElement> VariablesOf(DataRow row)
    {
        var variables = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in row.Fields.EnumerateObject())
        {
            if (!variables.TryAdd(field.Name, field.Value))
            {
                throw new DatasetException($"The row has the column {Wording.Shorten(field.Name)} twice.", row.Line);
            }
        }

        return variables;
    }

    /// <summary>Complains about columns that no row has.</summary>
    public void CheckColumns()
    {
        foreach (var column in Spec!.Where.Keys.Where(column => !_columns.Contains(column)))
        {
            _fields.Fail("where", $"{_fields.PathOf("where")} names the column {Wording.Shorten(column)}, which the data do not have; {Known(column)}");
        }
    }

    private string Known(string column)
    {
        var known = _columns.Order(StringComparer.Ordinal).ToList();
        return Suggestion.For(column, known) is { } close ? $"did you mean \"{close}\"?" : $"they have {string.Join(", ", known.Take(20))}.";
    }

    private void CheckTemplates(SourceNode node, string path)
    {
        switch (node)
        {
            case SourceNode.Scalar scalar when IsTemplate(scalar.Text):
                _usesRow |= scalar.Text.Contains("row", StringComparison.Ordinal);
                if (LiquidText.Check(scalar.Text) is { } problem)
                {
                    _fields.Fail(node, path, $"{path} {problem}.");
                }

                break;
            case SourceNode.Sequence sequence:
                foreach (var item in sequence.Items)
                {
                    CheckTemplates(item, path);
                }

                break;
            case SourceNode.Mapping mapping:
                foreach (var entry in mapping.Entries)
                {
                    CheckTemplates(entry.Value, $"{path}.{entry.Name}");
                }

                break;
        }
    }

    private SourceNode Evaluate(SourceNode node, Dictionary<string, JsonElement> variables, DataRow row, string field) => node switch
    {
        // Few-shot turns that are written out are filled in by the run, like the prompt.
        SourceNode.Sequence when field == "messages" => node,
        SourceNode.Scalar scalar => Evaluate(scalar, variables, row, field),
        SourceNode.Sequence sequence => new SourceNode.Sequence([.. sequence.Items.Select(item => Evaluate(item, variables, row, field))], row.Line, 1),
        SourceNode.Mapping mapping => new SourceNode.Mapping(
            [.. mapping.Entries.Select(entry => new SourceEntry(entry.Name, row.Line, 1, Evaluate(entry.Value, variables, row, field)))], row.Line, 1),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private SourceNode Evaluate(SourceNode.Scalar scalar, Dictionary<string, JsonElement> variables, DataRow row, string field)
    {
        if (!IsTemplate(scalar.Text))
        {
            return new SourceNode.Scalar(scalar.Text, scalar.Quoted, row.Line, 1);
        }

        if (ReferenceOf(scalar.Text) is { } steps && Find(steps, variables) is { } value)
        {
            var node = Node(value, row);
            return field is "messages" or "image" ? Escaped(node) : node;
        }

        try
        {
            var text = LiquidText.Render(scalar.Text, variables);
            return Text(field == "image" ? LiquidText.Escape(text) : text, row);
        }
        catch (TemplateException problem)
        {
            var lack = problem.Variable is null ? "" : $", which is no column; {Known(problem.Variable)}";
            throw new TemplateException($"{_fields.PathOf(field)} {problem.Message}{lack.TrimEnd('.')}.", problem.Variable);
        }
    }

    private IReadOnlyList<string>? ReferenceOf(string text)
    {
        if (!_references.TryGetValue(text, out var reference))
        {
            _references[text] = reference = LiquidText.ReferenceOf(text);
        }

        return reference;
    }

    private static bool IsTemplate(string text) => text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal);

    private static JsonElement? Find(IReadOnlyList<string> steps, Dictionary<string, JsonElement> variables)
    {
        if (!variables.TryGetValue(steps[0], out var value))
        {
            return null;
        }

        foreach (var step in steps.Skip(1))
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(step, out value))
            {
                return null;
            }
        }

        return value;
    }

    // What stands in the data is no template, though it may look like one.
    private static SourceNode Escaped(SourceNode node) => node switch
    {
        SourceNode.Scalar { Quoted: true } scalar => scalar with { Text = LiquidText.Escape(scalar.Text) },
        SourceNode.Sequence sequence => sequence with { Items = [.. sequence.Items.Select(Escaped)] },
        SourceNode.Mapping mapping => mapping with { Entries = [.. mapping.Entries.Select(entry => entry with { Value = Escaped(entry.Value) })] },
        _ => node,
    };

    private static void Add(List<SourceEntry> entries, string name, SourceNode value, DataRow row)
    {
        // An empty cell of a table says nothing.
        if (value is not SourceNode.Scalar { Text: "" } || name == "expected")
        {
            entries.Add(new SourceEntry(name, row.Line, 1, value));
        }
    }

    private static SourceNode.Scalar Text(string text, DataRow row) => new(text, Quoted: true, row.Line, 1);

    private static SourceNode Node(JsonElement value, DataRow row) => value.ValueKind switch
    {
        JsonValueKind.Object => new SourceNode.Mapping(
            [.. value.EnumerateObject().Select(field => new SourceEntry(field.Name, row.Line, 1, Node(field.Value, row)))], row.Line, 1),
        JsonValueKind.Array => new SourceNode.Sequence([.. value.EnumerateArray().Select(item => Node(item, row))], row.Line, 1),
        JsonValueKind.String => Text(value.GetString()!, row),
        _ => new SourceNode.Scalar(value.GetRawText(), Quoted: false, row.Line, 1),
    };

    private static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}

[System.Text.Json.Serialization.JsonSerializable(typeof(int))]
internal sealed partial class RowJson : System.Text.Json.Serialization.JsonSerializerContext;
