using System.Globalization;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>Takes the known fields out of one mapping, collects every complaint, and rejects what is left over.</summary>
internal sealed class FieldReader
{
    private const int MostErrors = 10_000;

    private readonly SourceNode.Mapping _mapping;
    private readonly string _path;
    private readonly List<DefinitionError> _errors;
    private readonly string? _source;
    private readonly Dictionary<string, SourceEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];

    /// <param name="source">Where the lines are counted, where that is not the definition.</param>
    public FieldReader(SourceNode.Mapping mapping, string path, List<DefinitionError> errors, string? source = null)
    {
        _mapping = mapping;
        _path = path;
        _errors = errors;
        _source = source;
        foreach (var entry in mapping.Entries)
        {
            if (!_entries.TryAdd(entry.Name, entry))
            {
                var first = _entries[entry.Name];
                var field = PathOf(Shown(entry.Name));
                Add(new DefinitionError(entry.Line, entry.Column, field, $"{field} must be given once, but was already given in line {first.Line}.", _source));
            }
        }
    }

    // A hostile definition can be wrong in a million places: nobody reads so many complaints, and they take memory.
    private void Add(DefinitionError error)
    {
        if (_errors.Count < MostErrors)
        {
            _errors.Add(error);
        }
    }

    /// <summary>Complaints so far, of the whole document.</summary>
    public int ErrorCount => _errors.Count;

    /// <summary>A reader for a row of a data set, whose lines are counted in <paramref name="source"/>.</summary>
    public FieldReader OfRow(SourceNode.Mapping row, string path, string source) => new(row, path, _errors, source);

    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    public bool Has(string name) => _entries.ContainsKey(name);

    /// <summary>The value of a field; null when it is missing or null.</summary>
    public SourceNode? Take(string name)
    {
        if (!_known.Contains(name))
        {
            _known.Add(name);
        }

        return _entries.TryGetValue(name, out var entry) && !entry.Value.IsNull() ? entry.Value : null;
    }

    public string? Text(string name, TextRule rule, bool required = false)
    {
        var node = Take(name);
        if (node is null)
        {
            if (required)
            {
                Missing(name);
            }

            return null;
        }

        return Text(node, PathOf(name), rule);
    }

    public string? Text(SourceNode node, string path, TextRule rule)
    {
        if (node is not SourceNode.Scalar scalar)
        {
            Fail(node, path, Wording.Broken(path, "must be text", Describe(node)));
            return null;
        }

        if (node.IsNull())
        {
            Fail(node, path, $"{path} must be text, but is empty.");
            return null;
        }

        if (rule.Check(path, scalar.Text) is { } complaint)
        {
            Fail(node, path, complaint);
            return null;
        }

        return scalar.Text;
    }

    public int? Integer(string name, long min, long max) => (int?)Long(name, min, max);

    public long? Long(string name, long min, long max)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        var path = PathOf(name);
        var rule = min == long.MinValue ? "must be a whole number of 64 bits" : null;
        switch (node)
        {
            case SourceNode.Scalar scalar when scalar.AsInteger() is { } value:
                if (DefinitionRules.ValidateRange(path, value, min, max) is { } complaint)
                {
                    Fail(node, path, complaint);
                    return null;
                }

                return value;
            default:
                rule ??= $"must be a whole number between {min.ToString("N0", CultureInfo.InvariantCulture)} and {max.ToString("N0", CultureInfo.InvariantCulture)}";
                Fail(node, path, Wording.Broken(path, rule, Describe(node)));
                return null;
        }
    }

    public double? Number(string name)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node is SourceNode.Scalar scalar && scalar.AsNumber() is { } value && double.IsFinite(value))
        {
            return value;
        }

        Fail(node, PathOf(name), Wording.Broken(PathOf(name), "must be a finite number", Describe(node)));
        return null;
    }

    public bool? Boolean(string name)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node is SourceNode.Scalar scalar && scalar.AsBoolean() is { } value)
        {
            return value;
        }

        Fail(node, PathOf(name), Wording.Broken(PathOf(name), "must be true or false", Describe(node)));
        return null;
    }

    public IReadOnlyList<SourceNode>? List(string name)
    {
        switch (Take(name))
        {
            case null: return null;
            case SourceNode.Sequence sequence: return sequence.Items;
            case var node:
                Fail(node, PathOf(name), Wording.Broken(PathOf(name), "must be a list", Describe(node)));
                return null;
        }
    }

    /// <summary>A reader for a mapping inside this one; null, with a complaint, when the node is something else.</summary>
    public FieldReader? Inner(SourceNode node, string path, string rule = "must be a mapping of fields")
    {
        if (node is SourceNode.Mapping mapping)
        {
            return new FieldReader(mapping, path, _errors, _source);
        }

        Fail(node, path, Wording.Broken(path, rule, Describe(node)));
        return null;
    }

    public void Missing(string name) => Fail(_mapping, PathOf(name), $"{PathOf(name)} is required, but is missing.");

    /// <summary>Complains about a field of this mapping, or about the mapping where the field is missing.</summary>
    public void Fail(string name, string message)
    {
        var node = _entries.TryGetValue(name, out var entry) ? entry.Value : _mapping;
        Fail(node, PathOf(name), message);
    }

    public void Fail(SourceNode at, string path, string message) => Add(new DefinitionError(at.Line, at.Column, path, message, _source));

    public void RejectUnknown()
    {
        foreach (var (name, entry) in _entries)
        {
            if (_known.Contains(name))
            {
                continue;
            }

            var path = PathOf(Shown(name));
            var hint = Suggestion.For(name, _known) is { } close ? $"did you mean \"{close}\"?" : $"known here are {string.Join(", ", _known)}.";
            Add(new DefinitionError(entry.Line, entry.Column, path, $"{path} is not a known field; {hint}", _source));
        }
    }

    public static string Describe(SourceNode node) => node switch
    {
        SourceNode.Mapping => "a mapping",
        SourceNode.Sequence => "a list",
        SourceNode.Scalar { Quoted: false } scalar => scalar.IsNull() ? "empty" : Wording.Shorten(scalar.Text).Trim('"'),
        SourceNode.Scalar scalar => $"the text {Wording.Shorten(scalar.Text)}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Shown(string name) => Wording.Shorten(name).Trim('"');
}
