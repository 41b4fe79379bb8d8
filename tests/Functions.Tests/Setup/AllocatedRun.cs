using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Planning;

namespace FunctionsEval.Functions.Tests.Setup;

/// <summary>
/// A run whose samples are shared out. Half of the simulated scenarios are never rated 4 or 5, so only the others are noisy by this scorer.
/// </summary>
internal static class AllocatedRun
{
    public const int Pilot = 4;
    public const int Mean = 8;
    public const int Ceiling = 24;
    public const int Scenarios = 100;
    public const int PilotCells = Scenarios * 2 * Pilot;
    public const int Cells = Scenarios * 2 * Mean;

    /// <summary>Of a hundred cells, behind those of the pilot.</summary>
    public const int Blocks = (Cells - PilotCells + 99) / 100;

    public static string Definition => Yaml.Of(
        Scenarios, Ceiling, ["sim-noisy", "sim-better-0.3"], $"{{ type: regex, name: high, pattern: '[45]' }}, {Yaml.Ratings}",
        $"allocation: {{ pilotSamples: {Pilot}, meanSamples: {Mean} }}\n");

    /// <summary>The cells that the stored pilot says there should be.</summary>
    public static HashSet<CellAddress> Planned(StoredRun stored)
    {
        RunningMoments[][] pilots = [.. stored.Run.Variants.Select(_ => new RunningMoments[stored.Run.Items])];
        foreach (var cell in stored.Cells.Where(cell => cell.Address.Sample < Pilot))
        {
            pilots[cell.Address.Variant][cell.Address.Item].Add(cell.Score!.Value);
        }

        var samples = CrossFittedAllocation.Of(pilots, Pilot, Mean, Ceiling, AllocateSamples.RandomOf(stored.Run));
        return
        [
            .. from variant in Enumerable.Range(0, samples.Length)
               from item in Enumerable.Range(0, stored.Run.Items)
               from sample in Enumerable.Range(0, samples[variant][item])
               select new CellAddress(item, variant, sample),
        ];
    }
}
