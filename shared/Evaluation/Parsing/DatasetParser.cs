using System.Globalization;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>Reads which rows of which data set stand for the scenarios.</summary>
internal static class DatasetParser
{
    private static readonly TextRule Path = new(1_000, OneLine: true);

    /// <summary>Null, with complaints, where the fields name no data set.</summary>
    public static DatasetSpec? Parse(FieldReader fields)
    {
        var file = fields.Text("file", Path);
        var name = fields.Text("dataset", TextRule.Id);
        if (file is null && name is null && !fields.Has("file") && !fields.Has("dataset"))
        {
            fields.Missing("file");
        }

        if (file is not null && name is not null)
        {
            fields.Fail("dataset", $"{fields.PathOf("dataset")} must not be given together with {fields.PathOf("file")}.");
        }

        var format = fields.Text("format", TextRule.Id);
        if (format is not null && !DatasetSpec.Formats.Contains(format))
        {
            fields.Fail("format", Wording.Broken(fields.PathOf("format"), $"must be one of {string.Join(", ", DatasetSpec.Formats)}", Wording.Shorten(format)));
        }

        var columns = ScenarioTexts.OneOrMany(fields, "columns", TextRule.Name);
        if (columns?.GroupBy(column => column, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            fields.Fail("columns", $"{fields.PathOf("columns")} must name each column once, but has {Wording.Shorten(twice.Key)} twice.");
        }

        var offset = fields.Integer("offset", 0, int.MaxValue) ?? 0;
        var limit = fields.Integer("limit", 1, DefinitionRules.MaxScenarios);
        var where = ParseWhere(fields);
        return file is null && name is null ? null : new DatasetSpec(file, name, format, columns, offset, limit, where);
    }

    private static Dictionary<string, IReadOnlyList<string>> ParseWhere(FieldReader fields)
    {
        var where = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (fields.Take("where") is not { } node || fields.Inner(node, fields.PathOf("where")) is not { } inner || node is not SourceNode.Mapping mapping)
        {
            return where;
        }

        foreach (var column in mapping.Entries.Select(entry => entry.Name).Distinct(StringComparer.Ordinal))
        {
            if (ScenarioTexts.OneOrMany(inner, column, TextRule.Text) is { } values)
            {
                where[column] = values;
            }
            else
            {
                inner.Fail(column, string.Create(CultureInfo.InvariantCulture, $"{inner.PathOf(column)} must be a text or a list of texts."));
            }
        }

        return where;
    }
}
