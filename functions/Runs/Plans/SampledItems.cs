using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Sampling;

namespace FunctionsEval.Runs.Plans;

/// <summary>The scenarios that a run evaluates: picked by seed, in the order of the definition.</summary>
internal static class SampledItems
{
    public static List<Scenario> Of(string definitionId, Definition definition) =>
        [.. Indexes(definition.SampleSeed, definitionId, [.. definition.Scenarios.Select(scenario => scenario.Id)], [definition.SamplePercentage])
            .Select(index => definition.Scenarios[index])];

    /// <summary>The places of the scenarios in the definition, in the order of the items.</summary>
    /// <param name="ids">Of all scenarios, in the order of the definition.</param>
    /// <param name="percentages">Growing; what each of them adds comes behind what was there, so that no item moves.</param>
    public static List<int> Indexes(long? sampleSeed, string definitionId, IReadOnlyList<string> ids, IReadOnlyList<int> percentages)
    {
        var seed = ScenarioSampling.SeedOf(sampleSeed, definitionId);
        var indexes = new List<int>();
        foreach (var percentage in percentages)
        {
            indexes.AddRange(ScenarioSampling.Select(ids, percentage, seed).Except(indexes).Order().ToList());
        }

        return indexes;
    }
}
