using FunctionsEval.Evaluation.Sampling;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary>Turns a document into a <see cref="Definition"/> with all defaults filled in, or into every complaint about it
/// (docs/definitions.md has the rules).</summary>
public static class DefinitionParser
{
    public static DefinitionOutcome Parse(SourceOutcome source) => source switch
    {
        SourceOutcome.Read(var root) => Parse(root),
        SourceOutcome.Malformed(var error) => new DefinitionOutcome.Rejected([error]),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static DefinitionOutcome Parse(SourceNode root)
    {
        var errors = new List<DefinitionError>();
        if (root is not SourceNode.Mapping mapping)
        {
            errors.Add(new DefinitionError(
                root.Line, root.Column, "", $"A definition must be a mapping of fields, but is {FieldReader.Describe(root)}."));
            return new DefinitionOutcome.Rejected(errors);
        }

        var fields = new FieldReader(mapping, "", errors);
        var name = fields.Text("name", TextRule.Name, required: true);
        var preamble = fields.Text("preamble", TextRule.Text) ?? "";
        var scenarios = new ScenarioListParser(fields).Parse();
        var (models, variants) = new VariantListParser(fields).Parse();
        var samples = fields.Integer("samplesPerScenario", 1, DefinitionRules.MaxSamples) ?? 1;
        var percentage = fields.Integer("samplePercentage", 1, 100) ?? 100;
        var seed = fields.Long("sampleSeed", long.MinValue, long.MaxValue);
        var config = ParseConfig(fields);
        var scorers = new ScorerListParser(fields, config, scenarios).Parse();
        var budget = ParseBudget(fields);
        IReadOnlyList<string> names = variants.Count > 0 ? [.. variants.Select(variant => variant.Name)] : models;
        var compare = DecisionParser.ParseCompare(fields, names, scorers);
        var stopping = DecisionParser.ParseStopping(fields, names, scorers, [.. scenarios.Select(parsed => parsed.Scenario)]);
        var allocation = AllocationParser.Parse(fields, names, scorers, samples, stopping);
        fields.RejectUnknown();

        if (scenarios.Count > 0
            && DefinitionRules.ValidateCellCount(ScenarioSampling.CountOf(scenarios.Count, percentage), models.Count + variants.Count, samples) is { } tooMany)
        {
            fields.Fail("samplesPerScenario", tooMany);
        }

        if (errors.Count == 0)
        {
            var definition = new Definition(
                name!, preamble, [.. scenarios.Select(parsed => parsed.Scenario)], models, samples, percentage, seed, scorers, config, variants,
                budget, compare, stopping, allocation);
            if (DefinitionRules.ValidateHeaderSize(definition) is not { } tooLong)
            {
                return new DefinitionOutcome.Parsed(definition);
            }

            errors.Add(new DefinitionError(root.Line, root.Column, "", tooLong));
        }

        return new DefinitionOutcome.Rejected([.. errors.OrderBy(error => error.Line).ThenBy(error => error.Column)]);
    }

    private static Budget? ParseBudget(FieldReader fields)
    {
        if (fields.Take("budget") is not { } node || fields.Inner(node, "budget") is not { } budget)
        {
            return null;
        }

        var maxUsd = budget.Number("maxUsd");
        if (maxUsd is null && !budget.Has("maxUsd"))
        {
            budget.Fail("maxUsd", "budget.maxUsd must be given: what the calls of a run may cost, in US dollars.");
        }
        else if (maxUsd is { } value && DefinitionRules.ValidateBudget(value) is { } complaint)
        {
            budget.Fail("maxUsd", complaint);
        }

        var allow = budget.Boolean("allowUnknownPrice");
        budget.RejectUnknown();
        return maxUsd is null ? null : new Budget(maxUsd.Value, allow ?? false);
    }

    private static ProbeConfig ParseConfig(FieldReader fields)
    {
        var defaults = new ProbeConfig();
        if (fields.Take("config") is not { } node || fields.Inner(node, "config") is not { } config)
        {
            return defaults;
        }

        // An absent field takes our default; an explicit null leaves the choice to the vendor.
        var temperature = config.Number("temperature");
        if (DefinitionRules.ValidateTemperature(temperature) is { } complaint)
        {
            config.Fail("temperature", complaint);
        }

        var maxTokens = config.Integer("maxTokens", 1, DefinitionRules.MaxTokensLimit);
        var maxTurns = config.Integer("maxTurns", 1, DefinitionRules.MaxTurnsLimit);
        config.RejectUnknown();
        return new ProbeConfig(
            config.Has("temperature") ? temperature : defaults.Temperature,
            config.Has("maxTokens") ? maxTokens : defaults.MaxTokens,
            maxTurns ?? defaults.MaxTurns);
    }
}
