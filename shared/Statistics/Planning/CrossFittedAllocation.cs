namespace FunctionsEval.Statistics.Planning;

/// <summary>
/// Samples per item and variant from a pilot, that leave the plain mean of an item's samples unbiased: how many a variant gets of an item
/// hangs on the other variants' pilots of that item, and on no sample of its own of that item. Were it to, a pilot that agreed by chance
/// would be left as it is and one that did not averaged out: of items that pass rarely, the mean would be too low.
/// How far the noise of others foretells one's own is learned from the items of the other folds, so that items get the same where it does
/// not. Cross-fitting: Chernozhukov et al. (2018), doi:10.1111/ectj.12097.
/// </summary>
public static class CrossFittedAllocation
{
    private const int Folds = 5;

    /// <param name="pilots">By variant, then by item.</param>
    /// <param name="floor">Samples of the pilot, which are among those given.</param>
    /// <param name="mean">Samples per item that each variant gets on average, exactly.</param>
    /// <param name="random">Deals the items into folds.</param>
    /// <returns>By variant, then by item.</returns>
    public static int[][] Of(IReadOnlyList<RunningMoments[]> pilots, int floor, int mean, int ceiling, Random random)
    {
        ArgumentNullException.ThrowIfNull(pilots);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(mean, floor);
        ArgumentOutOfRangeException.ThrowIfLessThan(ceiling, mean);
        if (pilots.Count < 2)
        {
            throw new ArgumentOutOfRangeException(nameof(pilots), pilots.Count, "An allocation needs the pilots of two variants or more.");
        }

        foreach (var pilot in pilots)
        {
            ArgumentRules.CheckSameLength(pilots[0].Length, pilot.Length, nameof(pilots));
        }

        int[] shuffled = [.. Enumerable.Range(0, pilots[0].Length)];
        random.Shuffle(shuffled);
        int[][] folds = [.. Enumerable.Range(0, Folds).Select(fold => shuffled.Where((_, place) => place % Folds == fold).ToArray())];
        return [.. Enumerable.Range(0, pilots.Count).Select(variant => OfVariant(pilots, variant, folds, (floor, mean, ceiling)))];
    }

    private static int[] OfVariant(IReadOnlyList<RunningMoments[]> pilots, int variant, int[][] folds, (int Floor, int Mean, int Ceiling) range)
    {
        var others = new WithinSpread[pilots[variant].Length];
        foreach (var pilot in pilots.Where((_, other) => other != variant))
        {
            for (var item = 0; item < others.Length; item++)
            {
                others[item] = others[item].With(pilot[item]);
            }
        }

        var samples = new int[others.Length];
        foreach (var fold in folds)
        {
            // Each fold has a budget of its own: otherwise what it gets would depend on all the others, and through them on its own samples.
            var line = NoiseLine.Of(folds.Where(other => other != fold).SelectMany(items => items).Select(item => (others[item], pilots[variant][item])));
            var counts = NeymanAllocation.Of(
                [.. fold.Select(item => line.Predict(others[item]))], [.. fold.Select(_ => 1.0)], (double)fold.Length * range.Mean, range.Floor, range.Ceiling);
            for (var place = 0; place < fold.Length; place++)
            {
                samples[fold[place]] = counts[place];
            }
        }

        return samples;
    }
}
