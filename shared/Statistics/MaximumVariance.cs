namespace FunctionsEval.Statistics;

/// <summary>The largest sample variance (n-1) that n values on [a, b] can have: half of them at each end, ⌊n/2⌋·⌈n/2⌋·(b-a)²/(n·(n-1)).
/// Popoviciu's inequality (1935), sharpened for odd n.</summary>
public static class MaximumVariance
{
    public static double Of(int count, double min, double max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        if (!double.IsFinite(min) || !double.IsFinite(max) || min > max)
        {
            throw new ArgumentOutOfRangeException(nameof(min), min, $"The scale must be finite and ascending, but is {min} to {max}.");
        }

        var low = count / 2;
        var high = count - low;
        return (double)low * high * (max - min) * (max - min) / ((double)count * (count - 1));
    }
}
