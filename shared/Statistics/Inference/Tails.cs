namespace FunctionsEval.Statistics.Inference;

/// <summary>
/// One test of every hypothetical mean. P-values, intervals, equivalence and gates are all read from the same tails, so that none can
/// contradict another: an interval is the set of means that the test does not reject.
/// </summary>
internal abstract class Tails
{
    /// <summary>The p-value of "the mean is at most <paramref name="mean"/>": small when the data lie above.</summary>
    public abstract double Above(double mean);

    /// <summary>The p-value of "the mean is at least <paramref name="mean"/>": small when the data lie below.</summary>
    public abstract double Below(double mean);

    /// <summary>Looks closer where the tails at a mean are too small for what was drawn; of a test that is not drawn nothing changes.</summary>
    public virtual void Sharpen(double mean)
    {
    }

    public double TwoSided(double mean) => Math.Min(1, 2 * Math.Min(Above(mean), Below(mean)));
}

/// <summary>Tails that are found together and take long: those of the last mean are kept, for both are mostly asked for.</summary>
internal abstract class CountedTails : Tails
{
    private double _at = double.NaN;
    private (double Above, double Below) _tails;

    public override double Above(double mean) => TailsAt(mean).Above;

    public override double Below(double mean) => TailsAt(mean).Below;

    protected abstract (double Above, double Below) Compute(double mean);

    private (double Above, double Below) TailsAt(double mean)
    {
        if (!mean.Equals(_at))
        {
            (_at, _tails) = (mean, Compute(mean));
        }

        return _tails;
    }
}

/// <summary>Two tests of the same mean, of which the more cautious one counts: each holds where the other may not.</summary>
internal sealed class LargerOf(Tails first, Tails second) : Tails
{
    public override double Above(double mean) => Math.Max(first.Above(mean), second.Above(mean));

    public override double Below(double mean) => Math.Max(first.Below(mean), second.Below(mean));

    public override void Sharpen(double mean)
    {
        // Where the other one says more, nothing is gained.
        if (first.TwoSided(mean) < second.TwoSided(mean))
        {
            second.Sharpen(mean);
        }
        else
        {
            first.Sharpen(mean);
        }
    }
}
