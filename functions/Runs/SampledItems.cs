using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Sampling;

namespace FunctionsEval.Runs;

/// <summary>The scenarios that a run evaluates: picked by seed, in the order of the definition.</summary>
internal static class SampledItems
{
    public static List<Scenario> Of(string definitionId, Definition definition) => Of(definitionId, definition, [definition.SamplePercentage]);

    /// <param name="percentages">Growing; what each of them adds comes behind what was there, so that no item moves.</param>
    public static List<Scenario> Of(string definitionId, Definition definition, IReadOnlyList<int> percentages)
    {
        var seed = ScenarioSampling.SeedOf(definition.SampleSeed, definitionId);
        var ids = definition.Scenarios.Select(scenario => scenario.Id).ToList();
        var indexes = new List<int>();
        foreach (var percentage in percentages)
        {
            indexes.AddRange(ScenarioSampling.Select(ids, percentage, seed).Except(indexes).Order().ToList());
        }

        return [.. indexes.Select(index => definition.Scenarios[index])];
    }
}
