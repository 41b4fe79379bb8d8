using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Comparisons;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Samples;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs.Analysis;

/// <summary>The scenarios of one tag by themselves.</summary>
/// <param name="PerModel">By the first scorer.</param>
/// <param name="Comparisons">Where the run may stop early, by looks of the slice's own: they hold whenever it stops.</param>
public sealed record TagSlice(string Tag, int Scenarios, IReadOnlyList<SliceMean> PerModel, IReadOnlyList<SliceComparison> Comparisons);

public sealed record SliceMean(string Variant, int Items, double? Mean, ConfidenceInterval? Interval);

/// <param name="Verdict">better, worse or inconclusive, by <paramref name="AdjustedPValue"/>.</param>
/// <param name="AdjustedPValue">Of Benjamini and Hochberg over all tags and pairs of the metric: among the claims made, false ones keep to 1 - confidence.</param>
public sealed record SliceComparison(
    string Metric, string Variant, string Control, string Verdict, double? Effect, ConfidenceInterval? Interval, double? PValue, double? AdjustedPValue, int Items, string Summary);

/// <summary>Cuts a run by the tags of its scenarios. What is found in one slice among many is a finding to look into, not a plan that was kept.</summary>
internal sealed class TagSlices(RunScores scores)
{
    // The head of an analysis is one row of the store.
    private const int MostTags = 50;
    private const int MostComparisons = 1_000;

    private readonly RunRecord _run = scores.Run;
    private readonly CompareSpec _compare = scores.Run.Compare ?? new CompareSpec();
    private readonly int[] _clusters = ScenarioClusters.Of(scores.Items);

    /// <summary>Those of the tags that most scenarios have, by name; null where no scenario has one, or nothing is scored.</summary>
    public IReadOnlyList<TagSlice>? All()
    {
        if (scores.Scorers.Count == 0 || scores.Items.All(item => item.Tags is null or []))
        {
            return null;
        }

        var pairs = ComparedPairs.Of(_run.Variants.Count, ComparedPairs.ControlOf(_run, _compare), _compare.Pairs);
        int[] metrics = [.. scores.Scorers.Index().Where(scorer => _compare.Metrics?.Contains(scorer.Item.Name) ?? true).Select(scorer => scorer.Index)];
        var most = Math.Clamp(MostComparisons / Math.Max(1, pairs.Count * metrics.Length), 1, MostTags);
        List<(string Tag, int[] Items)> slices =
        [
            .. scores.Items.Index().SelectMany(item => (item.Item.Tags ?? []).Distinct(StringComparer.Ordinal), (item, tag) => (Tag: tag, item.Index))
                .GroupBy(pair => pair.Tag, pair => pair.Index, StringComparer.Ordinal)
                .OrderByDescending(slice => slice.Count()).ThenBy(slice => slice.Key, StringComparer.Ordinal).Take(most)
                .OrderBy(slice => slice.Key, StringComparer.Ordinal).Select(slice => (slice.Key, slice.ToArray())),
        ];
        var compared = metrics.SelectMany(metric => Compare(metric, slices, pairs)).ToLookup(one => one.Tag, one => one.Comparison, StringComparer.Ordinal);
        return [.. slices.Select(slice => new TagSlice(slice.Tag, slice.Items.Length, Means(slice.Items), [.. compared[slice.Tag]]))];
    }

    private IReadOnlyList<SliceMean> Means(int[] items) => [.. _run.Variants.Index().Select(variant =>
    {
        var all = scores.PerScorer[0].ScoresOf(variant.Index);
        int[] scored = [.. items.Where(item => all[item].Count > 0)];
        var mean = MeanInference.Of(
            [.. scored.Select(item => all[item].Mean)],
            LabelsOf(scored),
            VerdictRules.ScaleOf(_run.Scorers[0], scores.Scorers[0]),
            _run.Sampling.MeanSamples,
            MultiSampleAnalysis.Level,
            VerdictRules.RandomOf(_run, scores.Scorers[0].Name, variant.Index));
        return new SliceMean(variant.Item.Name, scored.Length, mean?.Mean, mean?.Interval);
    })];

    private IEnumerable<(string Tag, SliceComparison Comparison)> Compare(int metric, List<(string Tag, int[] Items)> slices, IReadOnlyList<(int Variant, int Control)> pairs)
    {
        var design = VerdictRules.DesignOf(scores, metric, _compare) with { Margin = null };
        var analysis = scores.PerScorer[metric];
        var variants = Enumerable.Range(0, _run.Variants.Count).Select(analysis.ScoresOf).ToList();
        var places = slices.SelectMany(_ => pairs, (slice, pair) => (slice.Tag, slice.Items, pair.Variant, pair.Control)).ToList();
        var name = scores.Scorers[metric].Name;
        var sequential = _run.Stopping is null ? null : new SequentialComparisons(scores);
        var compared = places.Select((place, index) =>
        {
            var random = VerdictRules.RandomOf(_run, name, index);
            return sequential is null
                ? Comparison.Of(
                    PairedSamples.Of([.. place.Items.Select(item => variants[place.Variant][item])], [.. place.Items.Select(item => variants[place.Control][item])], LabelsOf(place.Items)), design, random)
                : sequential.OfSome(name, (place.Variant, place.Control), place.Items.ToHashSet(), design, random);
        }).ToList();

        // What has no p-value is no test, and takes nothing from the others.
        var adjusted = new Queue<double>(BenjaminiHochberg.Of([.. compared.Select(one => one.PValue).OfType<double>()]));
        foreach (var (place, comparison) in places.Zip(compared))
        {
            double? own = comparison.PValue is null ? null : adjusted.Dequeue();
            yield return (place.Tag, View(name, place.Variant, place.Control, comparison, own, design));
        }
    }

    private SliceComparison View(string metric, int variant, int control, Comparison comparison, double? adjusted, ComparisonDesign design)
    {
        var (first, second) = (_run.Variants[variant].Name, _run.Variants[control].Name);
        var verdict = !(adjusted <= design.Alpha) ? Verdict.Inconclusive : comparison.Effect > 0 ? Verdict.Better : Verdict.Worse;
        var reason = verdict == Verdict.Inconclusive ? comparison.Limit ?? "The difference does not hold once it is adjusted for the number of slices." : null;
        var sentence = new ComparisonSentence(first, second, design.Scale, design, _compare.Better != "lower");
        return new SliceComparison(
            metric,
            first,
            second,
            JsonRules.Name(VerdictRules.Directed(verdict, _compare)),
            comparison.Effect,
            comparison.Interval,
            comparison.PValue,
            adjusted,
            comparison.Items,
            sentence.Of(new Decision(verdict, comparison, adjusted, null, reason)));
    }

    private int[] LabelsOf(int[] items) => _clusters.Length == 0 ? [] : [.. items.Select(item => _clusters[item])];
}
