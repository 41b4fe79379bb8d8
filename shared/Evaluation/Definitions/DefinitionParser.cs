using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Evaluation.Sampling;
using FunctionsEval.Evaluation.Scoring;

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
        var prompts = new PromptListParser(fields).Parse();
        var hasPrompts = fields.Has("prompt") || fields.Has("prompts");
        var scenarios = new ScenarioListParser(fields, hasPrompts).Parse();
        var (models, variants) = new VariantListParser(fields, prompts).Parse();
        var samples = fields.Integer("samplesPerScenario", 1, DefinitionRules.MaxSamples) ?? 1;
        var percentage = fields.Integer("samplePercentage", 1, 100) ?? 100;
        var seed = fields.Long("sampleSeed", long.MinValue, long.MaxValue);
        var config = ConfigParser.Parse(fields);
        var scorers = new ScorerListParser(fields, config, scenarios).Parse();
        scenarios = [.. scenarios.Select(parsed => WithScorers(parsed, config, scorers))];
        var pass = ParsePass(fields);
        var budget = ParseBudget(fields);
        var all = new Definition("", "", [], models, Variants: variants, Prompts: prompts).AllVariants();
        IReadOnlyList<string> names = [.. all.Select(variant => variant.Name)];
        CheckVariants(fields, all, prompts);
        var compare = DecisionParser.ParseCompare(fields, names, scorers);
        var stopping = DecisionParser.ParseStopping(fields, names, scorers, [.. scenarios.Select(parsed => parsed.Scenario)]);
        var allocation = AllocationParser.Parse(fields, names, scorers, samples, stopping);
        fields.RejectUnknown();

        if (scenarios.Count > 0
            && DefinitionRules.ValidateCellCount(ScenarioSampling.CountOf(scenarios.Count, percentage), all.Count, samples) is { } tooMany)
        {
            fields.Fail("samplesPerScenario", tooMany);
        }

        if (errors.Count == 0)
        {
            var definition = new Definition(
                name!, preamble, [.. scenarios.Select(parsed => parsed.Scenario)], models, samples, percentage, seed, scorers, config, variants,
                budget, compare, stopping, allocation, prompts, pass);
            ScenarioTexts.Check(definition, scenarios);
            if (DefinitionRules.ValidateHeaderSize(definition) is { } tooLong)
            {
                errors.Add(new DefinitionError(root.Line, root.Column, "", tooLong));
            }

            if (errors.Count == 0)
            {
                return new DefinitionOutcome.Parsed(definition);
            }
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

    private static void CheckVariants(FieldReader fields, IReadOnlyList<Variant> variants, List<PromptTemplate> prompts)
    {
        if (prompts.Count == 0)
        {
            return;
        }

        if (variants.Count > DefinitionRules.MaxVariants)
        {
            fields.Fail("prompts", $"prompts x models must be at most {DefinitionRules.MaxVariants} variants, but are {variants.Count}.");
        }

        var length = variants.Sum(variant => (long)(variant.Template?.Template.Length ?? 0) + (variant.Template?.System?.Length ?? 0));
        if (length > DefinitionRules.MaxTemplatesLength)
        {
            fields.Fail("prompts", FormattableString.Invariant(
                $"prompts must have at most {DefinitionRules.MaxTemplatesLength:N0} characters, counted for each variant that uses them, but have {length:N0}."));
        }

        foreach (var name in variants.Where(variant => variant.Name.Length > DefinitionRules.MaxModelLength).Select(variant => variant.Name).Take(1))
        {
            fields.Fail("prompts", $"prompts must have shorter names: with its model one is longer than {DefinitionRules.MaxModelLength} characters, {Wording.Shorten(name)}.");
        }
    }

    /// <summary>A scenario's own scorers stand for those of the definition that have their names: the metrics of a run are the same everywhere.</summary>
    private static ParsedScenario WithScorers(ParsedScenario parsed, ProbeConfig config, List<ScorerSpec> scorers)
    {
        if (!parsed.Fields.Has("scorers"))
        {
            return parsed;
        }

        var own = new ScorerListParser(parsed.Fields, config, [parsed]).Parse();
        foreach (var stranger in own.Where(spec => scorers.All(known => known.Name != spec.Name)))
        {
            parsed.Fields.Fail("scorers", Wording.Broken(
                parsed.Fields.PathOf("scorers"), $"must have the names of scorers of the definition ({string.Join(", ", scorers.Select(known => known.Name))})", Wording.Shorten(stranger.Name!)));
        }

        return parsed with { Scenario = parsed.Scenario with { Scorers = own } };
    }

    private static string? ParsePass(FieldReader fields)
    {
        var pass = fields.Text("pass", TextRule.Id);
        if (pass is not null && PassRule.Read(pass) is null)
        {
            fields.Fail("pass", Wording.Broken("pass", "must be a comparison with a number, such as \">= 0.5\"", Wording.Shorten(pass)));
        }

        return pass;
    }
}
