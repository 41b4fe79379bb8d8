using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Planning;

namespace FunctionsEval.SelfTests;

/// <summary>The comparisons of a self-test, cut out of its one run.</summary>
/// <param name="Same">Two that are alike.</param>
/// <param name="Planted">The first is better by the effect.</param>
internal sealed record SelfTestPairs(
    IReadOnlyList<PairedSamples> Same, IReadOnlyList<PairedSamples> Planted, ComparisonDesign Design, ComparisonDesign PlantedDesign, double Effect, double PlannedPower)
{
    // Of the units, up to so many are left out of a relabelled comparison.
    private const double LeftOut = 0.2;
    private const int Plantings = 400;
    private const double Alpha = 0.05;
    private const double StandardPower = 0.8;

    public static async Task<SelfTestPairs> ReadAsync(
        RunStore runs, CellLedger cells, RunRecord run, SelfTestDesign design, CancellationToken cancellationToken)
    {
        var scores = await RunScores.ReadAsync(runs, cells, run, cancellationToken);
        return design.IsSimulated ? Simulated(scores, design) : await OwnAsync(scores, cells, design, cancellationToken);
    }

    /// <summary>
    /// Of the first two variants of a run that is there: in each scenario, or cluster, a coin says which of the two is the first, and then they are alike.
    /// The effect that is planted is what t finds 80% of the time with the spread of such differences.
    /// </summary>
    public static SelfTestPairs OfRun(RunScores scores, double? effect, Random random)
    {
        var compare = scores.Run.Compare ?? new Evaluation.Definitions.CompareSpec();
        var (variant, control) = ComparedPairs.Of(scores.Run.Variants.Count, ComparedPairs.ControlOf(scores.Run, compare), compare.Pairs)[0];
        var clusters = ScenarioClusters.Of(scores.Items);
        var (first, second) = (scores.PerScorer[0].ScoresOf(variant), scores.PerScorer[0].ScoresOf(control));
        var samples = PairedSamples.Of(first, second, clusters);
        var comparison = VerdictRules.DesignOf(scores, 0, compare) with { Margin = null };

        // Signs are flipped by unit: the sums of the units' differences are all that varies.
        double[] units = [.. Enumerable.Range(0, first.Length).Where(item => first[item].Count > 0 && second[item].Count > 0)
            .GroupBy(item => clusters.Length == 0 ? item : clusters[item], item => first[item].Mean - second[item].Mean).Select(unit => unit.Sum())];
        if (units.Length < 2)
        {
            throw new UsageException($"run '{scores.Run.RunId}' has {units.Length} scenarios or clusters with a score of both variants: at least 2 are needed.");
        }

        var spread = new PairedDesign(units.Sum(sum => sum * sum) * units.Length / ((double)samples.Items * samples.Items), 0, 0, 1, 1);
        var planted = effect ?? DetectableEffect.Of(spread, units.Length, StandardPower, comparison.Alpha);
        return new SelfTestPairs(
            [samples.Swapped(random)],
            [.. Enumerable.Range(0, Plantings).Select(_ => samples.Swapped(random).Shifted(planted))],
            comparison,
            comparison with { Scale = ScoreScale.Unbounded },
            planted,
            PairedPower.Of(spread, units.Length, planted, comparison.Alpha));
    }

    /// <summary>
    /// One more of two that are alike, without a call: in each scenario, or cluster, a coin says which of the two is the first. Up to a fifth of them are left out, each time others:
    /// the p-values of coarse scores come in steps, and those of one set of scenarios could all fall on the same side of the promise.
    /// </summary>
    public PairedSamples Relabelled(int index, Random random)
    {
        var same = Same[index % Same.Count];
        return same.Without(random.Next(1 + (int)(LeftOut * same.Units)), random).Swapped(random);
    }

    private static SelfTestPairs Simulated(RunScores scores, SelfTestDesign design)
    {
        var analysis = scores.PerScorer[0];
        var (control, same, better) = (analysis.ScoresOf(0), analysis.ScoresOf(1), analysis.ScoresOf(2));
        var spread = PairedDesign.FromPilot(better, control, design.Samples)!;
        var comparison = DesignOf(scores, design);
        return new SelfTestPairs(
            Cut(same), Cut(better), comparison, comparison, design.Effect!.Value, PairedPower.Of(spread, design.Scenarios, design.Effect.Value, Alpha));

        List<PairedSamples> Cut(RunningMoments[] variant) =>
        [
            .. Enumerable.Range(0, design.Runs).Select(run => PairedSamples.Of(
                variant.AsSpan(run * design.Scenarios, design.Scenarios), control.AsSpan(run * design.Scenarios, design.Scenarios), [])),
        ];
    }

    private static ComparisonDesign DesignOf(RunScores scores, SelfTestDesign design) =>
        VerdictRules.DesignOf(scores, 0, new Evaluation.Definitions.CompareSpec()) with { SamplesPerItem = design.Samples };

    private static async Task<SelfTestPairs> OwnAsync(RunScores scores, CellLedger cells, SelfTestDesign design, CancellationToken cancellationToken)
    {
        // One group of samples for each side of each comparison.
        var groups = Enumerable.Range(0, 2 * design.Runs).Select(_ => new RunningMoments[scores.Run.Items]).ToArray();
        await foreach (var cell in cells.AllAsync(scores.Run, cancellationToken))
        {
            if (cell is { Outcome: CellOutcome.Scored, Score: { } score })
            {
                groups[cell.Address.Sample / design.Samples][cell.Address.Item].Add(score);
            }
        }

        var clusters = ScenarioClusters.Of(scores.Items);
        var within = VarianceComponents.Of(scores.PerScorer[0].ScoresOf(0))?.WithinVariance ?? 0;
        var spread = new PairedDesign(0, within, within, design.Samples, design.Samples);
        var effect = design.Effect ?? DetectableEffect.Of(spread, design.Scenarios, StandardPower, Alpha);
        var comparison = DesignOf(scores, design);
        return new SelfTestPairs(
            [.. Enumerable.Range(0, design.Runs).Select(run => PairedSamples.Of(groups[2 * run], groups[(2 * run) + 1], clusters))],
            [.. Enumerable.Range(0, design.Runs).Select(run => PairedSamples.Of([.. groups[2 * run].Select(item => item.Shifted(effect))], groups[(2 * run) + 1], clusters))],
            comparison,
            comparison with { Scale = ScoreScale.Unbounded },
            effect,
            PairedPower.Of(spread, design.Scenarios, effect, Alpha));
    }
}
