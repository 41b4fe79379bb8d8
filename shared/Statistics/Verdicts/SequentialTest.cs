using FunctionsEval.Statistics.Sequential;

namespace FunctionsEval.Statistics.Verdicts;

/// <summary>
/// Evidence that may be looked at after every item: p-values and intervals hold at all looks together, so a run may stop on them. Pass or
/// fail with one sample an item takes the discordant-pair e-process (p = 1/e), everything else the asymptotic sequence (the smallest α whose
/// interval excludes 0). Items must come in random order.
/// </summary>
/// <param name="horizon">Planned items, where the interval is close to narrowest; fixed before the first look.</param>
/// <param name="isSinglePassOrFail">Declared, not seen: scorers of pass or fail, one sample.</param>
public sealed class SequentialTest(long horizon, bool isSinglePassOrFail, VerdictOptions options)
{
    private const int FewUnits = 20;

    /// <param name="range">The largest difference that the scale allows; null when unknown.</param>
    public DifferenceEvidence Of(ReadOnlySpan<double> differences, double? range)
    {
        var moments = RunningMoments.Of(differences);
        if (moments.Count < AsymptoticSequence.MinCount && !isSinglePassOrFail)
        {
            return new DifferenceEvidence(
                moments.Count == 0 ? null : moments.Mean, null, null, null, "none", moments.Count, moments.Count,
                $"Only {moments.Count} items have a score of both variants; always-valid intervals hold from {AsymptoticSequence.MinCount} on.");
        }

        var (positive, negative) = Signs(differences);
        var pValue = isSinglePassOrFail
            ? Math.Exp(-Math.Max(0, DiscordantPairProcess.LogEValue(positive, negative)))
            : PValue(moments, Math.Abs(moments.Mean));
        var isSparse = positive + negative < FewUnits && 2 * (positive + negative) < differences.Length;
        var guarded = isSparse && range is { } end ? With(moments, end) : moments;
        double? equivalence = options.Margin is not { } margin || moments.Count < AsymptoticSequence.MinCount || (isSparse && range is null) ? null
            : PValue(guarded, margin - Math.Abs(moments.Mean));
        return new DifferenceEvidence(
            moments.Mean, Interval(guarded, moments.Mean, pValue), pValue, equivalence, Words(), moments.Count, moments.Count);
    }

    /// <summary>How likely it still is that the plan, carried out, decides: were the rest like what was seen. Jennison and Turnbull (2000),
    /// Group Sequential Methods, chapter 10. A heuristic for stopping; it spends no error.</summary>
    public double ChanceOfDeciding(ReadOnlySpan<double> differences)
    {
        var moments = RunningMoments.Of(differences);
        if (moments.Count < AsymptoticSequence.MinCount || moments.Range == 0 || moments.Count >= horizon)
        {
            return 1;
        }

        double n = horizon;
        var radius = moments.StandardDeviation * Radius(n);
        var spread = moments.StandardDeviation * Math.Sqrt(n - moments.Count) / n;
        var found = Tail((Math.Abs(moments.Mean) - radius) / spread);
        var same = options.Margin is { } margin ? Tail((margin - radius - Math.Abs(moments.Mean)) / spread) : 0;
        return Math.Min(1, found + same);
    }

    private static double Tail(double z) => MathNet.Numerics.Distributions.Normal.CDF(0, 1, z);

    private static (long Positive, long Negative) Signs(ReadOnlySpan<double> differences)
    {
        var (positive, negative) = (0L, 0L);
        foreach (var difference in differences)
        {
            positive += difference > 0 ? 1 : 0;
            negative += difference < 0 ? 1 : 0;
        }

        return (positive, negative);
    }

    private static RunningMoments With(RunningMoments moments, double end)
    {
        moments.Add(end);
        moments.Add(-end);
        return moments;
    }

    private double Rho => AsymptoticSequence.RhoFor(horizon, options.Confidence);

    private double Radius(double t)
    {
        var spread = (t * Rho * Rho) + 1;
        return Math.Sqrt(2 * spread / (t * t * Rho * Rho) * ((Math.Log(spread) / 2) - Math.Log(options.Alpha)));
    }

    // The radius of the sequence set to the distance and solved for α.
    private double PValue(RunningMoments moments, double distance)
    {
        if (distance <= 0 || moments.Range == 0)
        {
            return 1;
        }

        double t = moments.Count;
        var spread = (t * Rho * Rho) + 1;
        var scaled = distance * t * Rho / moments.StandardDeviation;
        return Math.Min(1, Math.Exp((Math.Log(spread) / 2) - (scaled * scaled / (2 * spread))));
    }

    private ConfidenceInterval? Interval(RunningMoments moments, double mean, double pValue)
    {
        if (AsymptoticSequence.Interval(moments, Rho, options.Confidence) is not { } interval)
        {
            return null;
        }

        var rejects = pValue <= options.Alpha;
        return interval with
        {
            Lower = rejects && mean > 0 ? Math.Max(interval.Lower, 0) : rejects ? interval.Lower : Math.Min(interval.Lower, 0),
            Upper = rejects && mean < 0 ? Math.Min(interval.Upper, 0) : rejects ? interval.Upper : Math.Max(interval.Upper, 0),
        };
    }

    private string Words() => isSinglePassOrFail
        ? "e-process of the items that differ, valid at every look; asymptotic confidence sequence"
        : "asymptotic confidence sequence of item means, valid at every look";
}
