using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Rescoring;

/// <summary>Gives a run that has ended other scorers: asks judges for what they have not said, rewrites the cells, and keeps the scorers on the run's row.</summary>
public sealed class ApplyScorers(RunStore runs, CellLedger cells, ScoreAgain scoreAgain, JudgePairsAgain judgePairs)
{
    /// <returns>Null at the end; else why it stopped before, and then the run has the scores that it had.</returns>
    internal async Task<RunInterruptedException?> RunAsync(RunRecord run, IReadOnlyList<ScorerSpec> specs, ScoreAgainOptions options, CancellationToken cancellationToken)
    {
        List<ScorerSpec> ofCells = [.. specs.Where(spec => spec.Type != ScorerSpec.PairwiseType)];
        var wanted = run.WithPairwise([.. specs.Except(ofCells)]);
        var stopped = await judgePairs.RunAsync(wanted, options, cancellationToken) ?? await scoreAgain.RunAsync(run, ofCells, options, cancellationToken);
        if (stopped is null)
        {
            await runs.ChangeAsync(run.RunId, Rescored, cancellationToken);
        }

        // Also what was paid before it stopped.
        await cells.SealAsync(await runs.GetAsync(run.RunId, cancellationToken), cancellationToken);
        return stopped;

        RunRecord Rescored(RunRecord current) => current with
        {
            Scorers = ofCells,
            Pairwise = wanted.Pairwise,
            Calls = current.Calls with { CommandFolder = options.CommandFolder ?? current.Calls.CommandFolder },
        };
    }
}
