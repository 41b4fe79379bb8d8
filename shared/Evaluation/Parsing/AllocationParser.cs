using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>Reads <c>allocation</c>: how the samples of a run are shared out over its scenarios.</summary>
internal static class AllocationParser
{
    public static AllocationSpec? Parse(
        FieldReader fields, IReadOnlyList<string> variants, IReadOnlyList<ScorerSpec> scorers, int samples, StoppingSpec? stopping)
    {
        if (fields.Take("allocation") is not { } node || fields.Inner(node, "allocation") is not { } allocation)
        {
            return null;
        }

        if (allocation.Text("type", TextRule.Name) is { } type && type != AllocationSpec.Neyman)
        {
            allocation.Fail("type", Wording.Broken("allocation.type", $"must be {AllocationSpec.Neyman}", Wording.Shorten(type)));
        }

        var pilot = Required(allocation, "pilotSamples", AllocationSpec.MinPilotSamples);
        var mean = Required(allocation, "meanSamples", 1);
        var metric = allocation.Text("metric", TextRule.Name);
        if (metric is not null)
        {
            DecisionParser.CheckMetric(allocation, allocation.Take("metric")!, "allocation.metric", metric, scorers);
        }

        allocation.RejectUnknown();
        var spec = new AllocationSpec(pilot ?? AllocationSpec.MinPilotSamples, mean ?? AllocationSpec.MinPilotSamples, metric);
        if (pilot is not null && mean is not null && DefinitionRules.ValidateAllocatedSamples(spec, samples) is { } complaint)
        {
            allocation.Fail("meanSamples", complaint);
        }

        if (variants.Count > 0 && DefinitionRules.ValidateAllocatedVariants(variants.Count) is { } tooFew)
        {
            allocation.Fail(node, "allocation", tooFew);
        }

        if (scorers.All(scorer => scorer.Type == ScorerSpec.PairwiseType))
        {
            allocation.Fail(node, "allocation", $"allocation needs a scorer of single answers whose noise it can see, but the definition has {(scorers.Count == 0 ? "none" : "pairwise scorers only")}.");
        }

        if (stopping is not null)
        {
            allocation.Fail(
                node, "allocation", "allocation and stopping cannot be had together: looks need whole scenarios one after the other, an allocation needs a pilot of all of them first.");
        }

        return spec;
    }

    private static int? Required(FieldReader allocation, string name, int min)
    {
        var value = allocation.Integer(name, min, DefinitionRules.MaxSamples);
        if (allocation.Take(name) is null)
        {
            allocation.Missing(name);
        }

        return value;
    }
}
