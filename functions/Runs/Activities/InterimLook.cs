using System.Globalization;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics.Verdicts;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Runs.Activities;

/// <summary>Part of stored histories: add fields, never rename.</summary>
/// <param name="Number">From 1: the look behind so many waves.</param>
public sealed record LookInput(string RunId, int Number);

/// <summary>
/// Says why the run may stop after a wave, or null. It looks at the cells of the waves before it and at no later ones, and its decision is
/// stored under its number: however often it is asked, whatever was evaluated since, it says the same.
/// </summary>
public sealed class InterimLook(RunStore runs, CellLedger cells, LookStore looks)
{
    public const string Name = "InterimLook";

    // A chance of deciding below this is called futile.
    private const double Futile = 0.1;

    [Function(Name)]
    public async Task<string?> RunAsync([ActivityTrigger] LookInput input, CancellationToken cancellationToken)
    {
        if (await looks.FindAsync(input.RunId, input.Number, cancellationToken) is { } known)
        {
            return known.StopReason;
        }

        var run = await runs.GetAsync(input.RunId, cancellationToken);
        var decision = new LookDecision(await DecideAsync(run, input.Number, cancellationToken));
        return (await looks.AddAsync(input.RunId, input.Number, decision, cancellationToken)).StopReason;
    }

    private async Task<string?> DecideAsync(RunRecord run, int number, CancellationToken cancellationToken)
    {
        var stopping = run.Stopping ?? throw new InvalidOperationException($"Run '{run.RunId}' has no looks.");
        var order = new DispatchOrder(run.Items, 1, 1, run.Sampling.DispatchSeed, byItem: true);
        var prefix = Enumerable.Range(0, (int)Math.Min(run.Items, (long)number * stopping.LookEvery)).Select(place => order[place].Item).ToHashSet();
        var sent = 0L;
        var scores = await RunScores.ReadAsync(
            runs, cells, run, cell => sent += cell.Calls + cell.LostCalls + (cell.Judging?.Calls ?? 0), cancellationToken, address => prefix.Contains(address.Item));
        if (sent >= stopping.MaxCalls)
        {
            return Text($"max_calls: {sent:N0} calls were sent, and stopping.maxCalls is {stopping.MaxCalls:N0}.");
        }

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
