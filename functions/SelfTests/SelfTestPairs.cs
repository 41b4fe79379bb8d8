using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Planning;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.SelfTests;

/// <summary>The comparisons of a self-test, cut out of its one run.</summary>
/// <param name="Same">Two that are alike.</param>
/// <param name="Planted">The first is better by the effect.</param>
internal sealed record SelfTestPairs(IReadOnlyList<PairedScores> Same, IReadOnlyList<PairedScores> Planted, double Effect, double PlannedPower)
{
    private const double Alpha = 0.05;
    private const double StandardPower = 0.8;

    public static async Task<SelfTestPairs> ReadAsync(
        RunStore runs, CellLedger cells, RunRecord run, SelfTestDesign design, CancellationToken cancellationToken)
    {
        var scores = await RunScores.ReadAsync(runs, cells, run, cancellationToken);
        return design.IsSimulated ? Simulated(scores, design) : await OwnAsync(scores, cells, design, cancellationToken);
    }

    private static SelfTestPairs Simulated(RunScores scores, SelfTestDesign design)
    {
        var analysis = scores.PerScorer[0];
        var (control, same, better) = (analysis.ScoresOf(0), analysis.ScoresOf(1), analysis.ScoresOf(2));
        var spread = PairedDesign.FromPilot(better, control, design.Samples)!;
        return new SelfTestPairs(
            Cut(same), Cut(better), design.Effect!.Value, PairedPower.Of(spread, design.Scenarios, design.Effect.Value, Alpha));

        List<PairedScores> Cut(RunningMoments[] variant) =>
        [
            .. Enumerable.Range(0, design.Runs).Select(run => PairedScores.Of(
                variant.AsSpan(run * design.Scenarios, design.Scenarios), control.AsSpan(run * design.Scenarios, design.Scenarios), [], scale: scores.Scorers[0].Scale)),
        ];
    }

    private static async Task<SelfTestPairs> OwnAsync(RunScores scores, CellLedger cells, SelfTestDesign design, CancellationToken cancellationToken)
    {
        // One group of samples for each side of each comparison.
        var groups = Enumerable.Range(0, 2 * design.Runs).Select(_ => new RunningMoments[scores.Run.Items]).ToArray();
        var isPassOrFail = scores.PerScorer[0].IsPassOrFail;
        await foreach (var cell in cells.AllAsync(scores.Run, cancellationToken))
        {
            if (cell is { Outcome: CellOutcome.Scored, Score: { } score })
            {
                groups[cell.Address.Sample / design.Samples][cell.Address.Item].Add(score);
            }
        }

        var clusters = ScenarioClusters.Of(scores.Items);
        var all = scores.PerScorer[0].ScoresOf(0);
        var within = VarianceComponents.Of(all)?.WithinVariance ?? 0;
        var spread = new PairedDesign(0, within, within, design.Samples, design.Samples);
        var effect = design.Effect ?? DetectableEffect.Of(spread, design.Scenarios, StandardPower, Alpha);
        List<PairedScores> same =
        [
            .. Enumerable.Range(0, design.Runs).Select(run =>
                PairedScores.Of(groups[2 * run], groups[(2 * run) + 1], clusters, isPassOrFail, scores.Scorers[0].Scale)),
        ];
        return new SelfTestPairs(
            same,
            [.. same.Select(pair => pair with { First = [.. pair.First.Select(score => score + effect)], IsPassOrFail = false })],
            effect,
            PairedPower.Of(spread, design.Scenarios, effect, Alpha));
    }
}
