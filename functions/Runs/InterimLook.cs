using System.Globalization;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs;

/// <summary>
/// Looks at the whole items that are there and says why the run may stop, or null. Between waves nothing runs, so the cells are those of a
/// prefix of the items' random order; what it says is part of the history, so a replay stops where the run did.
/// </summary>
public sealed class InterimLook(RunStore runs, CellLedger cells)
{
    public const string Name = "InterimLook";

    // A chance of deciding below this is called futile.
    private const double Futile = 0.1;

    public async Task<string?> RunAsync(string runId, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(runId, cancellationToken);
        if (run.Stopping is not { } stopping)
        {
            return null;
        }

        var sent = (await cells.CountAsync(run, cancellationToken)).Sum(counts => counts.CallsSent);
        if (sent >= stopping.MaxCalls)
        {
            return Text($"max_calls: {sent:N0} calls were sent, and stopping.maxCalls is {stopping.MaxCalls:N0}.");
        }

        var scores = await RunScores.ReadAsync(runs, cells, run, cancellationToken);
        var comparisons = new SequentialComparisons(scores);
        var evaluated = scores.EvaluatedItems.Count;
        if (comparisons.DecisionsOf(comparisons.StoppingMetric).All(decision => decision.Verdict != Verdict.Inconclusive))
        {
            return Text($"decided: Every comparison by '{comparisons.StoppingMetric}' has a verdict after {evaluated:N0} of {run.Items:N0} scenarios.");
        }

        return stopping.Futility && comparisons.ChanceOfDeciding() < Futile
            ? Text($"futility: After {evaluated:N0} of {run.Items:N0} scenarios the rest is unlikely to bring a verdict by '{comparisons.StoppingMetric}'.")
            : null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
