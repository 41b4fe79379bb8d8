namespace FunctionsEval.Statistics.Calibration;

/// <summary>A share of cells that come in items and clusters: its interval takes as many cells as they are worth independent ones.</summary>
/// <param name="Weight">Of its cells together.</param>
/// <param name="Worth">Kish (1965), Survey Sampling, section 8.2: cells over their design effect, never more than there are; 0 when there is none, and then it may be anything.</param>
internal sealed record ClusteredShare(double Value, double Weight, double Worth)
{
    public static readonly ClusteredShare Unknown = new(0.5, 0, 0);

    /// <param name="cells">The unit of each cell, its value from 0 to 1, and its weight.</param>
    /// <param name="units">Of which cells can be.</param>
    public static ClusteredShare Of(IReadOnlyList<(int Unit, double Value, double Weight)> cells, int units)
    {
        if (cells.Count == 0)
        {
            return Unknown;
        }

        var weight = cells.Sum(cell => cell.Weight);
        var share = cells.Sum(cell => cell.Weight * cell.Value) / weight;
        var (alone, byUnit, seen) = (0.0, new double[units], new HashSet<int>());
        foreach (var cell in cells)
        {
            var deviation = cell.Weight * (cell.Value - share);
            alone += deviation * deviation;
            byUnit[cell.Unit] += deviation;
            seen.Add(cell.Unit);
        }

        var worth = weight * weight / cells.Sum(cell => cell.Weight * cell.Weight);
        return new ClusteredShare(
            share, weight, alone > 1e-18 ? worth / Math.Max(1, byUnit.Sum(unit => unit * unit) / alone) : Math.Min(worth, seen.Count));
    }

    /// <summary>Narrower where little of it was seen, for parts of an interval of which each alone need not hold what it says.</summary>
    public (double Lower, double Upper) NarrowEnds(double z) => Worth > 0 ? JeffreysInterval.Ends(Value, Worth, z) : (0, 1);

    public (double Lower, double Upper) Ends(double z) => Worth > 0 ? WilsonInterval.Ends(Value, Worth, z) : (0, 1);
}
