namespace FunctionsEval.Statistics.Resampling;

internal static class Replications
{
    // Below this many steps, handing work to other cores costs more than it saves.
    private const long WorthSharing = 200_000;

    /// <summary>Runs a draw so many times, each with its own stream, on all cores; the result depends on the seed only.</summary>
    internal static double[] Run(int count, long stepsOfOne, Random random, Func<SeededStream, double> draw) => Run(0, count, stepsOfOne, SeedOf(random), draw);

    internal static ulong SeedOf(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);

    /// <summary>Those from <paramref name="first"/> on: with the same seed they go on where others ended.</summary>
    internal static double[] Run(int first, int count, long stepsOfOne, ulong seed, Func<SeededStream, double> draw)
    {
        var results = new double[count];
        if (count * stepsOfOne < WorthSharing)
        {
            for (var replication = 0; replication < count; replication++)
            {
                results[replication] = draw(new SeededStream(seed, first + replication));
            }
        }
        else
        {
            Parallel.For(0, count, replication => results[replication] = draw(new SeededStream(seed, first + replication)));
        }

        return results;
    }
}
