namespace FunctionsEval.Evaluation.Sampling;

/// <summary>
/// Picks the scenarios of a run, the same ones for the same seed, whatever samplesPerScenario is. A smaller percentage is a prefix of
/// a larger one below 100, so growing a run keeps the items it has. The algorithm is frozen: stored runs depend on it.
/// </summary>
public static class ScenarioSampling
{
    // The minimal standard generator: Park and Miller (1988), doi:10.1145/63039.63042.
    private const long Multiplier = 16_807;
    private const long Modulus = 2_147_483_647;

    /// <summary>How many of <paramref name="count"/> scenarios a percentage keeps: rounded down, at least one.</summary>
    public static int CountOf(int count, int percentage)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(percentage, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percentage, 100);
        return Math.Max(1, (int)((long)count * percentage / 100));
    }

    /// <summary>The seed of a run: the one given, or one derived from the definition.</summary>
    public static long SeedOf(long? sampleSeed, string definitionId) => sampleSeed ?? HashOf(definitionId);

    /// <summary>
    /// Positions in the list of ids sorted by ordinal, in the order in which they were picked; at 100 percent all of them, ascending.
    /// </summary>
    public static IReadOnlyList<int> Select(int count, int percentage, long seed)
    {
        var picks = new int[count];
        for (var index = 0; index < count; index++)
        {
            picks[index] = index;
        }

        var target = CountOf(count, percentage);
        if (percentage == 100)
        {
            return picks;
        }

        var state = Reduce(seed);
        for (var last = count - 1; last > 0; last--)
        {
            state = state * Multiplier % Modulus;
            var other = (int)Math.Floor((double)state / Modulus * (last + 1));
            (picks[last], picks[other]) = (picks[other], picks[last]);
        }

        return picks[..target];
    }

    /// <summary>The same, as indexes into <paramref name="ids"/>, which may be in any order: the pick depends on the set of ids only.</summary>
    public static IReadOnlyList<int> Select(IReadOnlyList<string> ids, int percentage, long seed)
    {
        var sorted = new int[ids.Count];
        for (var index = 0; index < sorted.Length; index++)
        {
            sorted[index] = index;
        }

        Array.Sort(sorted, (left, right) => string.CompareOrdinal(ids[left], ids[right]));
        return [.. Select(ids.Count, percentage, seed).Select(position => sorted[position])];
    }

    /// <summary>Times 31 plus the next UTF-16 unit, in 32 bits that wrap; the absolute value at the end.</summary>
    internal static long HashOf(string text)
    {
        var hash = 0;
        foreach (var unit in text)
        {
            hash = unchecked((31 * hash) + unit);
        }

        return Math.Abs((long)hash);
    }

    // Zero is a fixed point of the generator and a negative state gives negative positions.
    private static long Reduce(long seed)
    {
        var state = ((seed % Modulus) + Modulus) % Modulus;
        return state == 0 ? Modulus - 1 : state;
    }
}
