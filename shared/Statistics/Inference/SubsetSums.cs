using System.Buffers;

namespace FunctionsEval.Statistics.Inference;

/// <summary>
/// The sums of all subsets of a few values. Those of each half are made in order; pairs of them are counted by walking up one half and down the
/// other: Horowitz and Sahni (1974), doi:10.1145/321812.321823. 28 values take two lists of 16,384.
/// </summary>
internal static class SubsetSums
{
    /// <summary>How many are negative, and how many are not positive, of how many; within <paramref name="rounding"/> of 0 is 0.</summary>
    public static (double Negative, double NotPositive, double All) Count(ReadOnlySpan<double> values, double rounding)
    {
        var half = values.Length / 2;
        var (ups, downs) = (1 << half, 1 << (values.Length - half));
        var pool = ArrayPool<double>.Shared;
        var (first, second, spare) = (pool.Rent(ups), pool.Rent(downs), pool.Rent(downs));
        var (negative, notPositive) = CountPairs(InOrder(values[..half], first, spare), InOrder(values[half..], second, spare), rounding);
        pool.Return(first);
        pool.Return(second);
        pool.Return(spare);
        return (negative, notPositive, (double)ups * downs);
    }

    /// <summary>Merges, for each value, the sums without it and those with it, from both ends at once: which is next is not to be foreseen, so two chains wait side by side.</summary>
    /// <param name="into">Holds the sums at the end.</param>
    private static ReadOnlySpan<double> InOrder(ReadOnlySpan<double> values, Span<double> into, Span<double> spare)
    {
        // The sums change places with every value, and end in their own.
        var isEven = int.IsEvenInteger(values.Length);
        var from = isEven ? into : spare;
        var to = isEven ? spare : into;
        from[0] = 0;
        var count = 1;
        foreach (var value in values)
        {
            ReadOnlySpan<double> sums = from[..count];
            var next = to[..(2 * count)];
            var (low, lowAdded, high, highAdded) = (0, 0, sums.Length - 1, sums.Length - 1);
            for (int front = 0, back = next.Length - 1; front < sums.Length; front++, back--)
            {
                var (plain, added) = (sums[low], sums[lowAdded] + value);
                if (plain <= added)
                {
                    next[front] = plain;
                    low++;
                }
                else
                {
                    next[front] = added;
                    lowAdded++;
                }

                (plain, added) = (sums[high], sums[highAdded] + value);
                if (plain > added)
                {
                    next[back] = plain;
                    high--;
                }
                else
                {
                    next[back] = added;
                    highAdded--;
                }
            }

            var written = to;
            to = from;
            from = written;
            count *= 2;
        }

        return from[..count];
    }

    /// <summary>How many sums of one of each are negative, and how many are not positive.</summary>
    private static (long Negative, long NotPositive) CountPairs(ReadOnlySpan<double> first, ReadOnlySpan<double> second, double rounding)
    {
        var (negative, notPositive, belowZero, upToZero) = (0L, 0L, second.Length, second.Length);
        foreach (var sum in first)
        {
            while (upToZero > 0 && sum + second[upToZero - 1] > rounding)
            {
                upToZero--;
            }

            while (belowZero > 0 && sum + second[belowZero - 1] > -rounding)
            {
                belowZero--;
            }

            negative += belowZero;
            notPositive += upToZero;
        }

        return (negative, notPositive);
    }
}
