using System.Text.Json.Serialization;
using FunctionsEval.Evaluation.Cells;

namespace FunctionsEval.Runs.Plans;

/// <summary>The shape of a run's matrix: all that the orchestrators need to know. Part of stored histories: add fields, never rename.</summary>
/// <param name="Samples">Of every item and variant; those of the pilot where more are allocated.</param>
/// <param name="LookEvery">Items between two interim looks; 0 for a run that does not stop early.</param>
/// <param name="AllocatedCells">Cells behind the matrix, which ones the scores of the matrix decide; 0 for a run without an allocation.</param>
/// <param name="JudgedPairs">Pairs of answers that judges compare once all cells are there; 0 for a run without pairwise scorers.</param>
/// <param name="IsRescored">The run has ended before and gets other scorers: no cell is evaluated.</param>
/// <param name="BlocksPerWave">Blocks of one execution of the orchestration. A part of the plan, so that another version replays a history as it was made.</param>
public sealed record RunPlan(
    string RunId,
    int Items,
    int Variants,
    int Samples,
    long Seed,
    int LookEvery = 0,
    long AllocatedCells = 0,
    int BlocksPerWave = 200,
    long JudgedPairs = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsRescored = false)
{
    /// <summary>Cells of one block: one sub-orchestration with at most this many activities.</summary>
    public const int CellsPerBlock = 100;

    [JsonIgnore]
    public long TotalCells => MatrixCells + AllocatedCells;

    [JsonIgnore]
    public long Blocks => MatrixBlocks + BlocksOf(AllocatedCells);

    /// <summary>The blocks of cells, and behind them those of pairs.</summary>
    [JsonIgnore]
    public long AllBlocks => Blocks + BlocksOf(JudgedPairs);

    /// <summary>With looks, the last block before each of them ends with a whole item and may be smaller.</summary>
    [JsonIgnore]
    public long MatrixBlocks => LookEvery == 0 ? BlocksOf(MatrixCells) : (Items / LookEvery * BlocksPerLook) + BlocksOf((long)(Items % LookEvery) * CellsPerItem);

    [JsonIgnore]
    public long BlocksPerLook => BlocksOf(LookEvery * CellsPerItem);

    private long CellsPerItem => (long)Variants * Samples;

    private long MatrixCells => Items * CellsPerItem;

    /// <summary>How many items the blocks before this look hold.</summary>
    public int ItemsAtLook(int look) => (int)Math.Min(Items, (long)look * LookEvery);

    /// <summary>The cells of a block of the matrix, in dispatch order.</summary>
    public IEnumerable<CellAddress> CellsOf(long block)
    {
        var order = new DispatchOrder(Items, Variants, Samples, Seed, byItem: LookEvery > 0);
        var (start, end) = RangeOf(block);
        for (var index = start; index < end; index++)
        {
            yield return order[index];
        }
    }

    /// <summary>The numbers of the pairs of a block behind those of the cells.</summary>
    public (long Start, long End) PairsOf(long block) => ((block - Blocks) * CellsPerBlock, Math.Min(JudgedPairs, (block - Blocks + 1) * CellsPerBlock));

    private (long Start, long End) RangeOf(long block)
    {
        if (LookEvery == 0)
        {
            return (block * CellsPerBlock, Math.Min(MatrixCells, (block + 1) * CellsPerBlock));
        }

        var (look, inside) = Math.DivRem(block, BlocksPerLook);
        var first = look * LookEvery * CellsPerItem;
        var end = Math.Min(MatrixCells, first + (LookEvery * CellsPerItem));
        return (first + (inside * CellsPerBlock), Math.Min(end, first + ((inside + 1) * CellsPerBlock)));
    }

    private static long BlocksOf(long cells) => (cells + CellsPerBlock - 1) / CellsPerBlock;
}
