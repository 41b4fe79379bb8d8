namespace FunctionsEval.Statistics.Planning;

/// <summary>
/// Samples per item for a fixed budget, so that the mean of item means is most precise: in proportion to √(σ_i²/c_i), Neyman (1934),
/// doi:10.2307/2342192. Whole numbers come from giving each next sample where it saves most variance per cost,
/// σ_i²/(K(K+1)·c_i), which is exact for equal costs: Wright (2012), doi:10.1080/00031305.2012.733679.
/// Estimate from item means afterwards; pooled samples would be biased towards the noisy items.
/// </summary>
public static class NeymanAllocation
{
    /// <param name="variances">Of one sample around its item. From a pilot, see <see cref="CrossFittedAllocation"/>.</param>
    /// <param name="costs">Of one sample of each item.</param>
    /// <param name="floor">Samples that every item gets; at least 2 leaves a variance to estimate.</param>
    public static int[] Of(ReadOnlySpan<double> variances, ReadOnlySpan<double> costs, double budget, int floor, int ceiling)
    {
        ArgumentRules.CheckSameLength(variances.Length, costs.Length, nameof(costs));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(floor);
        ArgumentOutOfRangeException.ThrowIfLessThan(ceiling, floor);
        ArgumentRules.CheckNotNegative(budget, nameof(budget));
        var left = budget - (floor * Total(variances, costs));
        if (left < 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(budget), budget, $"{floor} samples of each of {costs.Length} items already cost {budget - left}.");
        }

        var samples = new int[variances.Length];
        var queue = new PriorityQueue<int, (double Loss, int Item)>(samples.Length);
        for (var item = 0; item < samples.Length; item++)
        {
            samples[item] = floor;
            Offer(item, variances[item], costs[item]);
        }

        while (queue.TryDequeue(out var item, out _))
        {
            // An item that has become too dear leaves; a cheaper one may still fit. Ten times 0.1 is not quite 1.
            if (costs[item] <= left + (1e-9 * costs[item]))
            {
                left -= costs[item];
                samples[item]++;
                Offer(item, variances[item], costs[item]);
            }
        }

        return samples;

        void Offer(int item, double variance, double cost)
        {
            if (samples[item] < ceiling && variance > 0)
            {
                queue.Enqueue(item, (-variance / (samples[item] * (samples[item] + 1.0) * cost), item));
            }
        }
    }

    private static double Total(ReadOnlySpan<double> variances, ReadOnlySpan<double> costs)
    {
        var total = default(CompensatedSum);
        for (var item = 0; item < costs.Length; item++)
        {
            ArgumentRules.CheckNotNegative(variances[item], nameof(variances));
            ArgumentRules.CheckPositive(costs[item], nameof(costs));
            total.Add(costs[item]);
        }

        return total.Value;
    }
}
