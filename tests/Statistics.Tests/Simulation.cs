using FunctionsEval.Statistics.Resampling;

namespace FunctionsEval.Statistics.Tests;

/// <summary>Seeded draws and rates for simulations; each replication has its own seed, so the rate does not depend on the cores.</summary>
internal static class Simulation
{
    internal static double Normal(this Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    internal static double[] Normals(this Random random, int count) => Draw(count, () => random.Normal());

    internal static double[] Draw(int count, Func<double> draw)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = draw();
        }

        return values;
    }

    internal static T[] Shuffled<T>(this IEnumerable<T> values, Random random)
    {
        var shuffled = values.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }

    /// <summary>The mean of K pass-or-fail samples.</summary>
    internal static double PassRate(this Random random, double probability, int samples)
    {
        var passes = 0;
        for (var sample = 0; sample < samples; sample++)
        {
            passes += random.NextDouble() < probability ? 1 : 0;
        }

        return passes / (double)samples;
    }

    internal static bool Contains(this ConfidenceInterval interval, double value) => interval.Lower <= value && value <= interval.Upper;

    /// <summary>
    /// The draws of one replication. Not <c>new Random(seed + replication)</c>: the first numbers of neighbouring seeds lie on a lattice, so that replications are no independent ones
    /// (a rate that is exactly 2.5% came out as 3.4% of 4,000).
    /// </summary>
    internal static Random Draws(int seed, int replication) => new StreamRandom(new SeededStream((ulong)seed, replication));

    /// <summary>The share of replications in which the event happened.</summary>
    internal static double Rate(int replications, int seed, Func<Random, bool> happens)
    {
        var hits = 0;
        Parallel.For(0, replications, replication =>
        {
            if (happens(Draws(seed, replication)))
            {
                Interlocked.Increment(ref hits);
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"measured {hits / (double)replications:F4} in {replications}");
        return hits / (double)replications;
    }

    private sealed class StreamRandom(SeededStream stream) : Random
    {
        public override int Next() => stream.Next(int.MaxValue);

        public override int Next(int maxValue) => stream.Next(maxValue);

        public override int Next(int minValue, int maxValue) => minValue + stream.Next(maxValue - minValue);

        public override long NextInt64(long minValue, long maxValue) => unchecked(minValue + (long)Math.BigMul(stream.Next(), (ulong)(maxValue - minValue), out _));

        public override double NextDouble() => (stream.Next() >> 11) * (1.0 / (1UL << 53));

        protected override double Sample() => NextDouble();
    }
}
