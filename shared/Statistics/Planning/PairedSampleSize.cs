using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Planning;

/// <summary>The fewest items that find an effect with the wanted power. Starts from (z(α/2) + z(β))²·V/δ², Miller (2024),
/// arXiv:2411.00640, section 5, and adds the few items that the t distribution costs.</summary>
public static class PairedSampleSize
{
    /// <summary>Beyond this no evaluation goes; an effect that needs more cannot be found.</summary>
    public const int MaxItems = 100_000_000;

    /// <summary>Null when more than <see cref="MaxItems"/> were needed.</summary>
    public static int? Of(PairedDesign design, double effect, double power, double alpha)
    {
        ArgumentNullException.ThrowIfNull(design);
        ArgumentRules.CheckAlpha(alpha);
        if (effect == 0 || !double.IsFinite(effect))
        {
            throw new ArgumentOutOfRangeException(nameof(effect), effect, "The effect to find must be finite and not 0.");
        }

        if (!(power > alpha && power < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(power), power, $"Power must lie between alpha ({alpha}) and 1.");
        }

        var fewest = (int)Math.Ceiling(2 * design.ItemsPerCluster);
        var z = Normal.InvCDF(0, 1, 1 - (alpha / 2)) + Normal.InvCDF(0, 1, power);
        var estimate = z * z * design.VariancePerItem / (effect * effect);
        if (estimate > MaxItems)
        {
            return null;
        }

        var enough = Math.Max(fewest, (int)Math.Ceiling(estimate));
        var tooFew = fewest - 1;
        while (PairedPower.Of(design, enough, effect, alpha) < power)
        {
            tooFew = enough;
            enough += Math.Max(8, enough / 8);
        }

        while (enough - tooFew > 1)
        {
            var middle = tooFew + ((enough - tooFew) / 2);
            (tooFew, enough) = PairedPower.Of(design, middle, effect, alpha) < power ? (middle, enough) : (tooFew, middle);
        }

        return enough;
    }
}
