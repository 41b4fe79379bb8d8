using System.Text.Json.Serialization;
using FunctionsEval.Evaluation.Cells;

namespace FunctionsEval.Runs;

/// <summary>The shape of a run's matrix: all that the orchestrators need to know. Part of stored histories: add fields, never rename.</summary>
public sealed record RunPlan(string RunId, int Items, int Variants, int Samples, long Seed)
{
    /// <summary>Cells of one block: one sub-orchestration with at most this many activities.</summary>
    public const int CellsPerBlock = 100;

    [JsonIgnore]
    public long TotalCells => (long)Items * Variants * Samples;

    [JsonIgnore]
    public long Blocks => (TotalCells + CellsPerBlock - 1) / CellsPerBlock;

    /// <summary>The cells of a block, in dispatch order.</summary>
    public IEnumerable<CellAddress> CellsOf(long block)
    {
        var order = new DispatchOrder(Items, Variants, Samples, Seed);
        var end = Math.Min(TotalCells, (block + 1) * CellsPerBlock);
        for (var index = block * CellsPerBlock; index < end; index++)
        {
            yield return order[index];
        }
    }
}
