using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Plans;

/// <summary>The cells that an allocation adds to those of the pilot, in dispatch order, cut into blocks.</summary>
internal static class AllocatedBlocks
{
    /// <param name="samples">By variant and item, those of the pilot among them.</param>
    public static IEnumerable<CellAddress[]> Of(RunRecord run, int pilotSamples, int[][] samples)
    {
        // All cells above the pilot in their order, without those that were not allocated: so variants stay together.
        var order = new DispatchOrder(run.Items, run.Variants.Count, run.Sampling.SamplesPerScenario - pilotSamples, run.Sampling.DispatchSeed);
        return Cells().Chunk(RunPlan.CellsPerBlock);

        IEnumerable<CellAddress> Cells()
        {
            for (var index = 0L; index < order.Count; index++)
            {
                var (item, variant, above) = order[index];
                if (above + pilotSamples < samples[variant][item])
                {
                    yield return new CellAddress(item, variant, above + pilotSamples);
                }
            }
        }
    }

    public static string Format(IEnumerable<CellAddress> cells) => string.Join(' ', cells.Select(cell => cell.RowKey));

    public static List<CellAddress> Parse(string text) =>
        [.. text.Split(' ').Select(key => CellAddress.ParseRowKey(key) ?? throw new InvalidDataException($"'{key}' is not the address of a cell."))];
}
