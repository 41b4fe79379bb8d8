namespace FunctionsEval.Statistics.Resampling;

/// <summary>
/// One of the independent streams of random bits of one seed, so that a replication draws the same whichever core runs it, on every
/// version of .NET: xoshiro256**, Blackman and Vigna (2021), doi:10.1145/3460772, seeded by SplitMix64.
/// </summary>
internal sealed class SeededStream
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    internal SeededStream(ulong seed, int stream)
    {
        var state = Mix(seed + Mix((ulong)stream + 0x9E3779B97F4A7C15));
        _s0 = Mix(state += 0x9E3779B97F4A7C15);
        _s1 = Mix(state += 0x9E3779B97F4A7C15);
        _s2 = Mix(state += 0x9E3779B97F4A7C15);
        _s3 = Mix(state + 0x9E3779B97F4A7C15);
    }

    internal ulong Next()
    {
        var result = ulong.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = ulong.RotateLeft(_s3, 45);
        return result;
    }

    // The bias of multiplying instead of rejecting is below count/2^64.
    internal int Next(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>From 0 up to 1, without it.</summary>
    internal double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Of mean 0 and variance 1: Box and Muller (1958), doi:10.1214/aoms/1177706645.</summary>
    internal double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
