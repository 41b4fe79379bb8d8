using System.Globalization;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Gates;

/// <summary>What judges of pairs said of a variant and its baseline, which are variants of one run.</summary>
/// <param name="IsReversed">The run has it the other way round: its control is the variant.</param>
internal sealed record GatePreference(string Metric, int Variant, int Baseline, PairPreference Found, bool IsReversed)
{
    public Comparison Comparison => new(
        IsReversed ? -Found.Net : Found.Net,
        Found.Interval is { } interval && IsReversed ? interval with { Lower = -interval.Upper, Upper = -interval.Lower } : Found.Interval,
        Found.PValue, EquivalencePValue: null, Found.Method, Found.Assumption, Found.Warnings, Found.Items, Found.Clusters, Found.Reason);

    /// <summary>The pairwise scorers that a gate is to hold: those it names, else those that have a margin of their own.</summary>
    /// <exception cref="GateException">They are asked for, and the baseline is another run.</exception>
    public static IReadOnlyList<string> MetricsOf(RunRecord run, bool isOneRun, GateOptions options)
    {
        var all = run.PairScorers().Select(scorer => scorer.Name!);
        var wanted = all.Where(name => options.Metrics is { } asked ? asked.Contains(name) : run.Compare?.Margins?.ContainsKey(name) == true).ToList();
        return isOneRun ? wanted
            : options.Metrics?.FirstOrDefault(wanted.Contains) is { } named
            ? throw new GateException($"metric '{named}' compares answers of one run: give the run itself as baseline, and two of its variants by --variant and --baseline-variant.")
            : [];
    }

    /// <summary>As the analysis of the run has them.</summary>
    public static IReadOnlyList<GatePreference> Of(
        RunRecord run, RunAnalysis? analysis, IReadOnlyList<string> metrics, IReadOnlyList<(int Variant, int Baseline)> variants, GateOptions options, List<string> problems)
    {
        var found = new List<GatePreference>();
        foreach (var (metric, pair) in metrics.SelectMany(metric => variants.Select(pair => (metric, pair))))
        {
            var (variant, other) = (run.Variants[pair.Variant].Name, run.Variants[pair.Baseline].Name);
            var known = analysis?.Pairwise?.FirstOrDefault(one => one.Scorer == metric)?.Pairs ?? [];
            if (known.FirstOrDefault(one => (one.Variant, one.Control) == (variant, other) || (one.Variant, one.Control) == (other, variant)) is not { } preference)
            {
                problems.Add($"Judges of '{metric}' did not compare {variant} with {other}.");
                continue;
            }

            if (preference.Interval is { } interval && Math.Abs(interval.Level - options.Confidence) > 1e-9)
            {
                throw new GateException(string.Create(CultureInfo.InvariantCulture, $"preferences by '{metric}' have the confidence of their run, {interval.Level}, but --confidence is {options.Confidence}."));
            }

            var missing = preference.NoAnswer + preference.Unjudged;
            var planned = missing + preference.Wins + preference.Ties + preference.Losses;
            if (missing > options.AllowMissing * planned)
            {
                problems.Add(string.Create(
                    CultureInfo.InvariantCulture, $"Of {planned:N0} pairs of {variant} and {other}, {missing:N0} were not judged by '{metric}' ({(double)missing / planned:P1}); allowed are {options.AllowMissing:P1}."));
            }

            found.Add(new GatePreference(metric, pair.Variant, pair.Baseline, preference, preference.Variant != variant));
        }

        return found;
    }
}
