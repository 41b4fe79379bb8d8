namespace FunctionsEval.Evaluation.Cells;

/// <summary>The finaliser of SplitMix64 as a keyed hash: Steele, Lea and Flood (2014), doi:10.1145/2714064.2660195.</summary>
internal static class SplitMix
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    public static ulong Mix(ulong seed, ulong value) => Finish(Finish(seed + GoldenGamma) + (value * GoldenGamma) + GoldenGamma);

    /// <summary>A number in 0..bound-1; the bias is below bound / 2^64.</summary>
    public static int Below(int bound, ulong seed, ulong value) => (int)Math.BigMul(Mix(seed, value), (ulong)bound, out _);

    private static ulong Finish(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
