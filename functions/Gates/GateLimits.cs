using System.Globalization;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Samples;

namespace FunctionsEval.Gates;

/// <summary>
/// The limits of a gate. What another run would show otherwise, a rate or a mean score, has to keep its limit by the bound of its interval; what was spent and
/// measured has to keep it as it is.
/// </summary>
internal sealed class GateLimits(double confidence)
{
    private const string PassRate = AnalysisView.PassRate;

    private static readonly string[] Measured = ["cost", "latencyP50", "latencyP95", "errorRate"];

    private readonly Dictionary<int, Measurements> _variants = [];

    public void See(CellRecord cell) =>
        (_variants.TryGetValue(cell.Address.Variant, out var known) ? known : _variants[cell.Address.Variant] = new Measurements()).Add(cell);

    public IEnumerable<GateLimitCheck> Of(RunScores scores, IReadOnlyList<GateLimit> limits, IReadOnlyList<int> variants) =>
        limits.SelectMany(limit => variants.Select(variant => Check(scores, limit, variant)));

    private GateLimitCheck Check(RunScores scores, GateLimit limit, int variant)
    {
        var name = scores.Run.Variants[variant].Name;
        var scorer = scores.Scorers.Select(one => one.Name).ToList().IndexOf(limit.Measure);
        if (scorer < 0 && limit.Measure != PassRate)
        {
            return Measured.Contains(limit.Measure)
                ? OfMeasured(limit, name, _variants.GetValueOrDefault(variant)?.Value(limit.Measure))
                : throw new GateException($"'{limit.Measure}' can have no limit; there are {string.Join(", ", scores.Scorers.Select(one => one.Name).Concat([PassRate, .. Measured]).Distinct())}.");
        }

        var (analysis, scale) = scorer >= 0
            ? (scores.PerScorer[scorer], VerdictRules.ScaleOf(scores.Run.Scorers[scorer], scores.Scorers[scorer]))
            : (scores.Passed ?? throw new GateException(
                $"'{PassRate}' can have no limit: no scorer of the run says what passes. Give a scorer instead: {string.Join(", ", scores.Scorers.Select(one => one.Name))}."), ScoreScale.PassOrFail);
        return OfScore(limit, name, MeanOf(scores, analysis, scale, variant), scale);
    }

    private MeanInference? MeanOf(RunScores scores, MultiSampleAnalysis analysis, ScoreScale scale, int variant)
    {
        var items = analysis.ScoresOf(variant);
        int[] scored = [.. Enumerable.Range(0, items.Length).Where(item => items[item].Count > 0)];
        var clusters = ScenarioClusters.Of(scores.Items);
        return MeanInference.Of(
            [.. scored.Select(item => items[item].Mean)], clusters.Length == 0 ? [] : [.. scored.Select(item => clusters[item])], scale, scores.Run.Sampling.MeanSamples, confidence,
            VerdictRules.RandomOf(scores.Run, PassRate, variant));
    }

    private static GateLimitCheck OfScore(GateLimit limit, string variant, MeanInference? mean, ScoreScale scale)
    {
        var (keeps, misses) = mean?.Interval is { } interval ? (Keeps(limit, limit.IsLeast ? interval.Lower : interval.Upper), !Keeps(limit, limit.IsLeast ? interval.Upper : interval.Lower)) : (false, false);
        var outcome = keeps ? GateOutcome.Pass : misses ? GateOutcome.Regress : GateOutcome.Inconclusive;
        var range = mean?.Interval is { } known ? Text($" ({100 * known.Level:0.#}%: {Number(known.Lower)} to {Number(known.Upper)})") : "";
        var words = outcome switch
        {
            GateOutcome.Pass => "shown to keep it",
            GateOutcome.Regress => "shown to miss it",
            _ => mean is null ? "there is no score" : "too few scenarios to tell",
        };
        return new GateLimitCheck(
            limit.Measure, variant, outcome, limit, mean?.Mean, mean?.Interval, Text($"{limit.Measure} of {variant} is {(mean is null ? "unknown" : Number(mean.Mean))}{range}; {Words(limit)}: {words}."));

        string Number(double value) => scale is { Min: 0, Max: 1 } ? Text($"{100 * value:0.0}%") : value.ToString("0.###", CultureInfo.InvariantCulture);
    }

    private static GateLimitCheck OfMeasured(GateLimit limit, string variant, double? value)
    {
        var outcome = value is not { } known ? GateOutcome.Incomplete : Keeps(limit, known) ? GateOutcome.Pass : GateOutcome.Regress;
        var words = outcome switch { GateOutcome.Pass => "kept", GateOutcome.Regress => "missed", _ => "it was not measured in every cell" };
        return new GateLimitCheck(
            limit.Measure, variant, outcome, limit, value, null, Text($"{limit.Measure} of {variant} is {(value is { } number ? number.ToString("0.######", CultureInfo.InvariantCulture) : "unknown")}; {Words(limit)}: {words}."));
    }

    private static bool Keeps(GateLimit limit, double value) => limit.IsLeast ? value >= limit.Value : value <= limit.Value;

    private static string Words(GateLimit limit) => Text($"{(limit.IsLeast ? "at least" : "at most")} {limit.Value} is wanted");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Of all cells of one variant.</summary>
    private sealed class Measurements
    {
        private readonly List<double> _milliseconds = [];
        private decimal? _usd = 0;
        private int _cells;

        public void Add(CellRecord cell)
        {
            _cells++;
            if (cell.Outcome == CellOutcome.Failed)
            {
                return;
            }

            _milliseconds.Add((cell.CompletedAt - cell.StartedAt).TotalMilliseconds);
            _usd += cell.CostUsd;
        }

        public double? Value(string measure) => measure switch
        {
            "cost" => (double?)_usd,
            "errorRate" => 1 - ((double)_milliseconds.Count / _cells),
            "latencyP50" => Quantile(0.5),
            _ => Quantile(0.95),
        };

        // The smallest latency that so many cells are not above.
        private double? Quantile(double share) => _milliseconds.Count == 0 ? null : _milliseconds.Order().ElementAt((int)Math.Ceiling(share * _milliseconds.Count) - 1);
    }
}
