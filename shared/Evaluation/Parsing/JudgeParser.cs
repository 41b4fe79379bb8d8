using System.Globalization;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>Reads the fields of a judge, which stand beside those of its scorer, or together in <c>judge</c>, as they are stored.</summary>
internal static class JudgeParser
{
    private static readonly string[] Ends = ["min", "max"];
    private static readonly TextRule LongText = new(DefinitionRules.MaxTextLength);

    public static JudgeSpec Parse(FieldReader scorer)
    {
        if (scorer.Take("judge") is not { } node)
        {
            return ParseFields(scorer);
        }

        if (scorer.Inner(node, scorer.PathOf("judge")) is not { } stored)
        {
            return new JudgeSpec([]);
        }

        var judge = ParseFields(stored);
        stored.RejectUnknown();
        return judge;
    }

    private static JudgeSpec ParseFields(FieldReader fields) => new(
        ParseModels(fields),
        fields.Text("rubric", LongText),
        ParseCriteria(fields),
        ParseScale(fields),
        fields.Boolean("passFail") ?? false,
        fields.Boolean("reference") ?? false,
        fields.Integer("repeats", 1, JudgeRules.MaxRepeats) ?? 1,
        fields.Text("aggregate", TextRule.Id),
        fields.Text("overall", TextRule.Id),
        fields.Number("temperature"),
        fields.Integer("maxTokens", 1, DefinitionRules.MaxTokensLimit),
        fields.Text("reasoningEffort", TextRule.Id),
        fields.Text("template", LongText));

    private static List<string> ParseModels(FieldReader fields)
    {
        var models = new List<string>();
        var single = fields.Text("model", TextRule.Model);
        if (fields.Take("models") is null)
        {
            if (single is null && !fields.Has("model"))
            {
                fields.Fail("model", $"{fields.PathOf("model")} is required, or models for a panel of judges, but is missing.");
            }

            // Unreadable, it has its own complaint; the name keeps further ones away.
            return [single ?? "?"];
        }

        if (single is not null)
        {
            fields.Fail("model", $"{fields.PathOf("model")} must not be given together with models.");
        }

        var nodes = fields.List("models");
        foreach (var (index, node) in (nodes ?? []).Index())
        {
            models.Add(fields.Text(node, string.Create(CultureInfo.InvariantCulture, $"{fields.PathOf("models")}[{index}]"), TextRule.Model) ?? $"?{index}");
        }

        return nodes is null ? ["?"] : models;
    }

    private static List<JudgeCriterion>? ParseCriteria(FieldReader fields)
    {
        if (fields.List("criteria") is not { } nodes)
        {
            return null;
        }

        var criteria = new List<JudgeCriterion>();
        foreach (var (index, node) in nodes.Index())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{fields.PathOf("criteria")}[{index}]");
            if (node is SourceNode.Scalar)
            {
                if (fields.Text(node, path, TextRule.Id) is { } text)
                {
                    criteria.Add(new JudgeCriterion(text));
                }
            }
            else if (fields.Inner(node, path) is { } criterion)
            {
                var name = criterion.Text("name", TextRule.Id, required: true);
                var description = criterion.Text("description", LongText);
                criterion.RejectUnknown();
                if (name is not null)
                {
                    criteria.Add(new JudgeCriterion(name, description));
                }
            }
        }

        // What could not be read has its complaint; an empty list would bring another.
        return criteria.Count == 0 && nodes.Count > 0 ? null : criteria;
    }

    private static JudgeScale? ParseScale(FieldReader fields)
    {
        if (fields.Take("scale") is not { } node || fields.Inner(node, fields.PathOf("scale"), "must be a mapping such as { min: 1, max: 5 }") is not { } scale)
        {
            return null;
        }

        var (min, max) = (scale.Number("min"), scale.Number("max"));
        foreach (var name in Ends.Where(name => !scale.Has(name)))
        {
            scale.Missing(name);
        }

        scale.RejectUnknown();
        return min is { } low && max is { } high ? new JudgeScale(low, high) : null;
    }
}
