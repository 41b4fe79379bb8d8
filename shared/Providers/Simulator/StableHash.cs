using System.Buffers.Binary;

namespace FunctionsEval.Providers.Simulator;

/// <summary>
/// A 64-bit hash that is the same in every process and version, so that seeded answers are. Multiply-xorshift over 8-byte words with
/// the finalizer of SplitMix64 (Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195).
/// </summary>
internal static class StableHash
{
    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed)
    {
        var hash = Mix(seed ^ (ulong)bytes.Length);
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            hash = Step(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        ulong rest = 0;
        for (var index = 0; index < bytes.Length; index++)
        {
            rest |= (ulong)bytes[index] << (8 * index);
        }

        return Mix(Step(hash, rest));
    }

    public static ulong Of(ReadOnlySpan<char> characters, ulong seed)
    {
        var hash = Mix(seed ^ (ulong)characters.Length);
        foreach (var character in characters)
        {
            hash = Step(hash, character);
        }

        return Mix(hash);
    }

    public static ulong Combine(ulong hash, ulong value) => Mix(Step(hash, value));

    /// <summary>The hash as a number in [0, 1), from its upper 53 bits.</summary>
    public static double ToUnit(ulong hash) => (hash >> 11) * (1.0 / (1UL << 53));

    private static ulong Step(ulong hash, ulong word)
    {
        hash = (hash ^ word) * 0x9FB21C651E98DF25UL;
        return hash ^ (hash >> 29);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}
