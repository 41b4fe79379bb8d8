using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Sequential;

/// <summary>
/// Evidence that may be looked at after every item: p-values and intervals hold at all looks together, so a run may stop on them. Pass or
/// fail with one sample an item takes the discordant-pair e-process (p = 1/e), everything else the asymptotic sequence (the smallest α whose
/// interval excludes 0). Items must come in random order.
/// </summary>
/// <param name="horizon">Planned items, where the interval is close to narrowest; fixed before the first look.</param>
public sealed class AnytimeTest(long horizon, ComparisonDesign options)
{
    private const int FewUnits = 20;

    private readonly bool _isSinglePassOrFail = options.Scale.Kind == ScoreKind.PassOrFail && options.SamplesPerItem == 1;

    public Comparison Of(PairedSamples samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ReadOnlySpan<double> differences = samples.Differences;
        var moments = RunningMoments.Of(differences);
        if (moments.Count < AsymptoticSequence.MinCount && !_isSinglePassOrFail)
        {
            return new Comparison(
                moments.Count == 0 ? null : moments.Mean, null, null, null, "none", null, [], moments.Count, moments.Count,
                $"Only {moments.Count} items have a score of both variants; always-valid intervals hold from {AsymptoticSequence.MinCount} on.");
        }

        var (positive, negative) = Signs(differences);
        var pValue = _isSinglePassOrFail
            ? Math.Exp(-Math.Max(0, DiscordantPairProcess.LogEValue(positive, negative)))
            : PValue(moments, Math.Abs(moments.Mean));
        var isSparse = positive + negative < FewUnits && 2 * (positive + negative) < differences.Length;
        var guarded = isSparse && options.Scale.Range is { } end ? With(moments, end) : moments;
        double? equivalence = options.Margin is not { } margin || moments.Count < AsymptoticSequence.MinCount || (isSparse && options.Scale.Range is null) ? null
            : PValue(guarded, margin - Math.Abs(moments.Mean));
        return new Comparison(
            moments.Mean, Interval(guarded, moments.Mean, pValue), pValue, equivalence, Words(), null, [], moments.Count, moments.Count);
    }

    /// <summary>How likely it still is that the plan, carried out, decides: were the rest like what was seen. Jennison and Turnbull (2000),
    /// Group Sequential Methods, chapter 10. A heuristic for stopping; it spends no error.</summary>
    public double ChanceOfDeciding(PairedSamples samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var moments = RunningMoments.Of(samples.Differences);
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

    private string Words() => _isSinglePassOrFail
        ? "e-process of the items that differ, valid at every look; asymptotic confidence sequence"
        : "asymptotic confidence sequence of item means, valid at every look";
}
