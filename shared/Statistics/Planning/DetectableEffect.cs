namespace FunctionsEval.Statistics.Planning;

/// <summary>The smallest effect that so many items find with the wanted power: (z(α/2) + z(β))·√(V/n), Miller (2024), arXiv:2411.00640,
/// section 5, with the t distribution in the place of z. 0 when nothing varies.</summary>
public static class DetectableEffect
{
    public static double Of(PairedDesign design, int items, double power, double alpha)
    {
        ArgumentNullException.ThrowIfNull(design);
        if (!(power > alpha && power < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(power), power, $"Power must lie between alpha ({alpha}) and 1.");
        }

        var tooSmall = 0.0;
        var enough = Math.Sqrt(design.VariancePerItem / items);
        while (PairedPower.Of(design, items, enough, alpha) < power && enough > 0)
        {
            tooSmall = enough;
            enough *= 2;
        }

        while (enough - tooSmall > enough * 1e-12)
        {
            var middle = (tooSmall + enough) / 2;
            (tooSmall, enough) = PairedPower.Of(design, items, middle, alpha) < power ? (middle, enough) : (tooSmall, middle);
        }

        return enough;
    }
}
