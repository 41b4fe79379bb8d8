using System.Numerics;

namespace FunctionsEval.Evaluation.Cells;

/// <summary>
/// A permutation of 0..size-1 in constant memory: a balanced Feistel network over the next power of four, walked along its cycle until
/// the value is inside (Black and Rogaway 2002, doi:10.1007/3-540-45760-7_9). The domain is at most four times the size above the
/// smallest, so a walk takes four steps on average at most.
/// </summary>
internal readonly struct SeededPermutation
{
    private const int Rounds = 6;

    // Networks over fewer bits reach too few permutations.
    private const int MinHalfBits = 3;

    private readonly ulong _size;
    private readonly ulong _seed;
    private readonly int _halfBits;

    public SeededPermutation(long size, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        _size = (ulong)size;
        _seed = seed;
        var bits = 64 - BitOperations.LeadingZeroCount(_size - 1);
        _halfBits = Math.Max(MinHalfBits, (bits + 1) / 2);
    }

    public long this[long index]
    {
        get
        {
            var value = (ulong)index;
            do
            {
                value = Encrypt(value);
            }
            while (value >= _size);
            return (long)value;
        }
    }

    private ulong Encrypt(ulong value)
    {
        var mask = (1UL << _halfBits) - 1;
        var left = value >> _halfBits;
        var right = value & mask;
        for (var round = 1UL; round <= Rounds; round++)
        {
            (left, right) = (right, left ^ (SplitMix.Mix(_seed, (round << 56) | right) & mask));
        }

        return (left << _halfBits) | right;
    }
}
