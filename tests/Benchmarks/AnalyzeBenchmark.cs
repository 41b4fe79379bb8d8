using System.Diagnostics;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Samples;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Benchmarks;

/// <summary>The statistics alone: scores of items x variants x samples in random order, through one analysis and a verdict for each variant
/// against the first.</summary>
internal static class AnalyzeBenchmark
{
    private static readonly ScoreScale Scale = ScoreScale.Between(1, 5);

    /// <summary>1,000,000 scores, unless asked for otherwise.</summary>
    public static Task<object> OfOneMetricAsync(Arguments arguments, CancellationToken cancellationToken) =>
        Task.FromResult(Measure(arguments, metrics: 1, items: 10_000, variants: 10, samples: 10, clusters: 0));

    /// <summary>20 metrics of 5 variants on 500 items in 200 clusters.</summary>
    public static Task<object> OfManyMetricsAsync(Arguments arguments, CancellationToken cancellationToken) =>
        Task.FromResult(Measure(arguments, metrics: 20, items: 500, variants: 5, samples: 1, clusters: 200));

    private static object Measure(Arguments arguments, int metrics, int items, int variants, int samples, int clusters)
    {
        (metrics, items, variants) = (arguments.Get("metrics", metrics), arguments.Get("items", items), arguments.Get("variants", variants));
        (samples, clusters) = (arguments.Get("samples", samples), arguments.Get("clusters", clusters));
        int[] labels = clusters == 0 ? [] : [.. Enumerable.Range(0, items).Select(item => (int)((long)item * clusters / items))];
        var random = new Random(1);
        var scores = Scores(items, variants, samples, random);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var (started, worked) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var (analyzed, pairs, verdicts) = (TimeSpan.Zero, 0L, 0);
        for (var metric = 0; metric < metrics; metric++)
        {
            var begun = Environment.CpuUsage.TotalTime;
            var analysis = new MultiSampleAnalysis(items, variants, samples, Scale, labels, metric);
            foreach (var (item, variant, score) in scores)
            {
                analysis.AddScore(item, variant, score);
            }

            analysis.Finish();
            pairs += analysis.Pairs().Count();
            analyzed += Environment.CpuUsage.TotalTime - begun;
            verdicts += Verdicts(analysis, variants, samples, labels, random);
        }

        return new
        {
            Scores = (long)metrics * scores.Length,
            Pairs = pairs,
            Verdicts = verdicts,
            Seconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3),
            AnalyzedCpuSeconds = Math.Round(analyzed.TotalSeconds, 3),
            CpuSeconds = Math.Round((Environment.CpuUsage.TotalTime - worked).TotalSeconds, 3),
            AllocatedMiB = Math.Round((GC.GetTotalAllocatedBytes(precise: true) - before) / 1048576.0, 1),
        };
    }

    private static (int Item, int Variant, double Score)[] Scores(int items, int variants, int samples, Random random)
    {
        var scores = new (int Item, int Variant, double Score)[(long)items * variants * samples];
        for (var index = 0; index < scores.Length; index++)
        {
            scores[index] = (index / (variants * samples), index / samples % variants, 1 + Math.Floor(5 * random.NextDouble()));
        }

        random.Shuffle(scores);
        return scores;
    }

    private static int Verdicts(MultiSampleAnalysis analysis, int variants, int samples, int[] clusters, Random random)
    {
        var design = new ComparisonDesign(Scale, samples, clusters.Length > 0, Margin: 0.05);
        var control = analysis.ScoresOf(0);
        return Decisions.Of(
            [.. Enumerable.Range(1, variants - 1).Select(variant => new Evidence(Comparison.Of(PairedSamples.Of(analysis.ScoresOf(variant), control, clusters), design, random)))],
            design,
            Correction.Holm).Count;
    }
}
