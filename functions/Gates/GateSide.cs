using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Statistics;

namespace FunctionsEval.Gates;

/// <summary>One of the two runs that a gate compares: read from the store, or from a file of results.</summary>
/// <param name="File">Null where it was read from the store.</param>
/// <param name="Samples">Of a scenario and a variant.</param>
/// <param name="Scores">By metric; then by variant and scenario.</param>
internal sealed record GateSide(
    string RunId,
    string? File,
    IReadOnlyList<string> Variants,
    IReadOnlyList<GateScenario> Scenarios,
    int Samples,
    IReadOnlyDictionary<string, IReadOnlyList<RunningMoments[]>> Scores)
{
    /// <summary>As the reports name it.</summary>
    public string Name => File is null ? RunId : $"{RunId} ({File})";

    public static GateSide Of(RunScores scores) => new(
        scores.Run.RunId,
        File: null,
        [.. scores.Run.Variants.Select(variant => variant.Name)],
        [.. scores.Items.Select(GateScenario.Of)],
        scores.Run.Sampling.MeanSamples,
        scores.Scorers.Index().ToDictionary(
            scorer => scorer.Item.Name,
            IReadOnlyList<RunningMoments[]> (scorer) => [.. Enumerable.Range(0, scores.Run.Variants.Count).Select(scores.PerScorer[scorer.Index].ScoresOf)],
            StringComparer.Ordinal));
}

/// <param name="Words">What decides the answers and their scores; null where only the id is known.</param>
internal sealed record GateScenario(string Id, string? Words)
{
    // Not what scenarios are called or grouped by.
    public static GateScenario Of(Scenario scenario) =>
        new(scenario.Id, ScenarioJson.Write(scenario with { Name = "", Cluster = null, Tags = null, Weight = null }));
}
