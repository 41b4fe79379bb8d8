using System.Diagnostics;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Benchmarks;

/// <summary>The statistics alone: scores of items x variants x samples in random order, through one analysis and a verdict for each variant
/// against the first.</summary>
internal static class AnalyzeBenchmark
{
    public static Task<object> MeasureAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var (items, variants, samples) = (arguments.Get("items", 10_000), arguments.Get("variants", 10), arguments.Get("samples", 10));
        var perCluster = arguments.Get("per-cluster", 1);
        int[] clusters = perCluster == 1 ? [] : [.. Enumerable.Range(0, items).Select(item => item / perCluster)];
        var random = new Random(1);
        var scores = new (int Item, int Variant, double Score)[(long)items * variants * samples];
        for (var index = 0; index < scores.Length; index++)
        {
            scores[index] = (index / (variants * samples), index / samples % variants, 1 + Math.Floor(5 * random.NextDouble()));
        }

        random.Shuffle(scores);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var (started, worked) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var analysis = new MultiSampleAnalysis(items, variants, samples, ScoreScale.Between(1, 5), clusters, 1);
        foreach (var (item, variant, score) in scores)
        {
            analysis.AddScore(item, variant, score);
        }

        var result = analysis.Finish();
        var pairs = analysis.Pairs().Count();
        var (analyzed, analyzedCpu) = (Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - worked);
        var design = new ComparisonDesign(ScoreScale.Between(1, 5), samples, clusters.Length > 0, Margin: 0.05);
        var control = analysis.ScoresOf(0);
        var decisions = Decisions.Of(
            [.. Enumerable.Range(1, variants - 1).Select(variant => new Evidence(Comparison.Of(PairedSamples.Of(analysis.ScoresOf(variant), control, clusters), design, random)))],
            design,
            Correction.Holm);
        var (elapsed, cpu) = (Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - worked);
        return Task.FromResult<object>(new
        {
            Scores = scores.Length,
            Pairs = pairs,
            Variants = result.Variants.Count,
            Verdicts = decisions.Count,
            AnalyzedSeconds = Math.Round(analyzed.TotalSeconds, 3),
            Seconds = Math.Round(elapsed.TotalSeconds, 3),
            AnalyzedCpuSeconds = Math.Round(analyzedCpu.TotalSeconds, 3),
            CpuSeconds = Math.Round(cpu.TotalSeconds, 3),
            AllocatedMiB = Math.Round((GC.GetTotalAllocatedBytes(precise: true) - before) / 1048576.0, 1),
        });
    }
}
