using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Planning;

namespace FunctionsEval.Planning;

/// <summary>What a finished run tells about the next one.</summary>
/// <param name="Problem">Why it tells nothing; the field and a sentence.</param>
/// <param name="Scores">By the samples of a scenario: what a run like the pilot may bring.</param>
/// <param name="OneSampleOnly">The pilot had one sample a scenario, so what more samples would save is not known.</param>
internal sealed record PilotSpread(
    PlanSpread? Spread, Func<int, PlannedScores>? Scores, double CallsPerCell, double? SecondsPerCell, bool OneSampleOnly, (string Field, string Message)? Problem = null)
{
    public static async Task<PilotSpread> ReadAsync(
        RunStore runs, CellLedger cells, RunRecord pilot, PlanRequest request, CancellationToken cancellationToken)
    {
        var names = pilot.Variants.Select(variant => variant.Name).ToList();
        var control = names.IndexOf(request.Control ?? pilot.Compare?.Control ?? names[0]);
        var variant = request.Variant is null ? names.FindIndex(name => control < 0 || name != names[control]) : names.IndexOf(request.Variant);
        if (control < 0)
        {
            return Failed("control", $"control must be one of the pilot's variants ({string.Join(", ", names)}), but is '{request.Control ?? pilot.Compare?.Control}'.");
        }

        if (variant < 0 || control == variant)
        {
            return Failed("variant", request.Variant is null
                ? $"pilotRunId '{pilot.RunId}' has one variant, '{names[0]}': a comparison is planned from a run of two."
                : $"variant must be one of the pilot's variants other than '{names[control]}', which it is compared with ({string.Join(", ", names)}), but is '{request.Variant}'.");
        }

        var metrics = pilot.Scorers.Select(scorer => scorer.Name!).ToList();
        var metric = request.Metric is null ? 0 : metrics.IndexOf(request.Metric);
        if (metric < 0 || metrics.Count == 0)
        {
            return Failed("metric", $"metric must be a scorer of the pilot ({string.Join(", ", metrics)}), but is '{request.Metric}'.");
        }

        var worked = new WorkedTime();
        var scores = await RunScores.ReadAsync(runs, cells, pilot, cell => worked.Add(cell.StartedAt, cell.CompletedAt), cancellationToken);
        var (first, second) = (scores.PerScorer[metric].ScoresOf(variant), scores.PerScorer[metric].ScoresOf(control));
        int[] labels = ScenarioClusters.Of(scores.Items), both = [.. Enumerable.Range(0, first.Length).Where(item => first[item].Count > 0 && second[item].Count > 0)];
        (first, second, labels) = (Array.ConvertAll(both, item => first[item]), Array.ConvertAll(both, item => second[item]), labels.Length == 0 ? [] : Array.ConvertAll(both, item => labels[item]));
        int[] sizes = [.. labels.GroupBy(label => label).Select(cluster => cluster.Count())];
        var (perCluster, correlation) = Clusters(first, second, labels, sizes);
        var known = PairedDesign.FromPilot(first, second, samples: 1);
        if (SpreadOf(first, second, perCluster, correlation, request.Unpaired) is not { } spread)
        {
            return Failed("pilotRunId", $"Run '{pilot.RunId}' has fewer than 2 scenarios with a score of both variants by '{metrics[metric]}'.");
        }

        var counts = await cells.CountAsync(pilot, cancellationToken);
        var finished = counts.Sum(count => count.Finished);
        var wall = worked.Total()?.TotalSeconds;
        var scale = VerdictRules.ScaleOf(pilot.Scorers[metric], scores.Scorers[metric]);
        Func<int, PlannedScores> planned = sizes.Any(size => size > 1)
            ? samples => PlannedScores.Normal(spread.Design(samples), sizes)
            : samples => PlannedScores.FromPilot(first, second, known, scale, samples);
        return new PilotSpread(spread, request.Unpaired ? null : planned, (double)counts.Sum(count => count.CallsSent) / Math.Max(1, finished), wall / Math.Max(1, finished), known is null);
    }

    private static PilotSpread Failed(string field, string message) => new(null, null, 1, null, false, (field, message));

    private static PlanSpread? SpreadOf(RunningMoments[] first, RunningMoments[] second, double perCluster, double correlation, bool isUnpaired)
    {
        if (first.Length < 2)
        {
            return null;
        }

        var differences = RunningMoments.Of([.. first.Zip(second, (a, b) => a.Mean - b.Mean)]);

        // With one sample a scenario the spread of the differences holds both kinds, and they cannot be told apart.
        var design = PairedDesign.FromPilot(first, second, samples: 1) ?? new PairedDesign(differences.Variance, 0, 0, 1, 1);
        var between = isUnpaired ? Between(first) + Between(second) : design.DifferenceVariance;
        return new PlanSpread(between, design.FirstWithin, design.SecondWithin, perCluster, correlation, differences.Count);
    }

    // What lies between the scenarios of one variant; with one sample a scenario both kinds of spread, as above.
    private static double Between(RunningMoments[] scores) =>
        VarianceComponents.Of(scores)?.BetweenVariance ?? RunningMoments.Of([.. scores.Where(item => item.Count > 0).Select(item => item.Mean)]).Variance;

    private static (double ItemsPerCluster, double Correlation) Clusters(RunningMoments[] first, RunningMoments[] second, int[] labels, int[] sizes)
    {
        if (sizes.Length == 0)
        {
            return (1, 0);
        }

        double[] differences = [.. first.Zip(second, (a, b) => a.Mean - b.Mean)];
        return (sizes.Sum(size => (double)size * size) / sizes.Sum(), Math.Clamp(VarianceComponents.Of(differences, labels)?.Correlation ?? 0, 0, 1));
    }
}
