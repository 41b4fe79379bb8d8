using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Sampling;

namespace FunctionsEval.Runs;

/// <summary>The scenarios that a run evaluates: picked by seed, in the order of the definition.</summary>
internal static class SampledItems
{
    public static List<Scenario> Of(string definitionId, Definition definition)
    {
        var seed = ScenarioSampling.SeedOf(definition.SampleSeed, definitionId);
        var ids = definition.Scenarios.Select(scenario => scenario.Id).ToList();
        return [.. ScenarioSampling.Select(ids, definition.SamplePercentage, seed).Order().Select(index => definition.Scenarios[index])];
    }
}
