using System.Globalization;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>What a definition compares: <c>models</c>, or <c>variants</c> where more than the model differs.</summary>
internal sealed class VariantListParser(FieldReader definition, IReadOnlyList<PromptTemplate> prompts)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public (IReadOnlyList<string> Models, IReadOnlyList<Variant> Variants) Parse()
    {
        var hasModels = definition.Take("models") is not null;
        var hasVariants = definition.Take("variants") is not null;
        switch (hasModels, hasVariants)
        {
            case (true, true):
                definition.Fail("variants", "variants must not be given together with models: a variant names its own model.");
                return ([], []);
            case (false, false):
                definition.Missing("models");
                return ([], []);
            default:
                return hasModels ? (Models(), []) : ([], Variants());
        }
    }

    private List<string> Models()
    {
        var models = new List<string>();
        foreach (var (node, path) in Nodes("models"))
        {
            if (definition.Text(node, path, TextRule.Model) is { } model && IsNew(model, "model", node, path))
            {
                models.Add(model);
            }
        }

        return models;
    }

    private List<Variant> Variants()
    {
        var variants = new List<Variant>();
        foreach (var (node, path) in Nodes("variants"))
        {
            if (definition.Inner(node, path) is not { } fields)
            {
                continue;
            }

            var model = fields.Text("model", TextRule.Model, required: true);
            var name = fields.Text("name", TextRule.Model) ?? model;
            var preamble = fields.Text("preamble", TextRule.Text);
            var temperature = fields.Number("temperature");
            if (DefinitionRules.ValidateTemperature(temperature, fields.PathOf("temperature")) is { } complaint)
            {
                fields.Fail("temperature", complaint);
            }

            var maxTokens = fields.Integer("maxTokens", 1, DefinitionRules.MaxTokensLimit);
            var effort = fields.Text("reasoningEffort", TextRule.Id);
            if (effort is not null && DefinitionRules.ValidateReasoningEffort(effort, fields.PathOf("reasoningEffort")) is { } unknown)
            {
                fields.Fail("reasoningEffort", unknown);
            }

            var prompt = fields.Text("prompt", TextRule.Id);
            if (prompt is not null && prompts.All(known => known.Name != prompt))
            {
                fields.Fail("prompt", Wording.Broken(
                    fields.PathOf("prompt"), $"must be the name of a prompt ({string.Join(", ", prompts.Select(known => known.Name))})", Wording.Shorten(prompt)));
            }
            else if (prompt is null && prompts.Count > 1)
            {
                fields.Missing("prompt");
            }

            fields.RejectUnknown();
            if (model is not null && name is not null && IsNew(name, "name", node, $"{path}.name"))
            {
                variants.Add(new Variant(name, model, preamble, temperature, maxTokens, effort, prompt));
            }
        }

        return variants;
    }

    private IEnumerable<(SourceNode Node, string Path)> Nodes(string field)
    {
        if (definition.List(field) is not { } nodes)
        {
            return [];
        }

        if (DefinitionRules.ValidateVariantCount(field, nodes.Count) is { } count)
        {
            definition.Fail(field, count);
            return [];
        }

        return nodes.Select((node, index) => (node, string.Create(CultureInfo.InvariantCulture, $"{field}[{index}]")));
    }

    private bool IsNew(string value, string what, SourceNode node, string path)
    {
        if (_seen.Add(value))
        {
            return true;
        }

        definition.Fail(node, path, $"{path} repeats the {what} {Wording.Shorten(value)}.");
        return false;
    }
}
