using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Models;
using FunctionsEval.Providers.Prices;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.ExternalScoring;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Rescoring;

/// <param name="Takes">The cells whose scores are made anew; null takes all that were answered.</param>
/// <param name="IsAskedAgain">Which judgements that failed are asked for once more.</param>
/// <param name="Budget">What judges may cost; null is no limit.</param>
/// <param name="BaseUrl">Where judges are called; null is as the run has it.</param>
/// <param name="CommandFolder">Where programs of command scorers are started; null is as the run has it.</param>
/// <param name="Report">Told of the pairs that are judged, and of how many there are; then of the cells.</param>
/// <param name="BeforeFirst">Awaited before the first call for a cell or pair; throws where nobody wants it any more.</param>
/// <param name="BeforeWriting">Awaited once all judges have been heard; throws where nobody wants the scores any more.</param>
/// <param name="FailedBefore">Only judgements of pairs that failed before it are asked for once more; null is all that failed.</param>
internal sealed record ScoreAgainOptions(
    Func<KeptJudgement, bool> IsAskedAgain, Func<CellRecord, bool>? Takes = null, RunBudget? Budget = null, string? BaseUrl = null, Action<long, long>? Report = null,
    string? CommandFolder = null, Func<CancellationToken, ValueTask>? BeforeFirst = null, Func<CancellationToken, Task>? BeforeWriting = null, DateTimeOffset? FailedBefore = null);

/// <summary>
/// Scores stored answers of a run that nobody works on. First the judges are asked for what is missing, each judgement kept as it comes; then the cells
/// are rewritten, without a call. Broken off at any point and repeated, it goes on where it was.
/// </summary>
public sealed class ScoreAgain(
    RunStore runs, CellLedger cells, RewriteCells rewriteCells, JudgementStore judgements, ExternalScorers external, ProviderCatalogs catalogs, PriceTable prices, TimeProvider clock)
{
    /// <summary>Cells in hand; how many calls are made at once is the business of each model's gate.</summary>
    private const int CellsAtOnce = 256;

    /// <returns>Null at the end; else why it stopped before, and then no score has changed.</returns>
    internal async Task<RunInterruptedException?> RunAsync(RunRecord run, IReadOnlyList<ScorerSpec> specs, ScoreAgainOptions options, CancellationToken cancellationToken)
    {
        var items = await runs.ItemsAsync(run.RunId, cancellationToken).ToListAsync(cancellationToken);
        var judges = specs.Any(spec => spec.Judge is not null) ? new JudgeModels(specs, catalogs.For(options.BaseUrl ?? run.Calls.BaseUrl), prices) : null;
        if (judges is not null && await JudgeAsync(run, specs, judges, items, options, cancellationToken) is { } stopped)
        {
            return stopped;
        }

        try
        {
            await (options.BeforeWriting?.Invoke(cancellationToken) ?? Task.CompletedTask);
        }
        catch (RunInterruptedException unwanted)
        {
            return unwanted;
        }

        var scorers = specs.Select(Scorers.Create).ToList();
        await rewriteCells.RunAsync(
            run,
            async (cell, transcript) => options.Takes?.Invoke(cell) == false ? cell
                : Rescore(cell, transcript, specs, scorers, items[cell.Address.Item], await OutsideAsync(cell, transcript)),
            cancellationToken);
        return null;

        async Task<(IReadOnlyDictionary<string, JudgeResult>?, JudgeUsage?)> OutsideAsync(CellRecord cell, Transcript transcript)
        {
            var (results, usage) = judges is null ? (null, cell.Judging) : await KeptAsync(cell, transcript);
            return CanBeJudged(cell)
                ? (await external.AddAsync(results, run, specs, cell.Address, items[cell.Address.Item], transcript.Turns, cancellationToken, options.CommandFolder), usage)
                : (results, usage);
        }

        async Task<(IReadOnlyDictionary<string, JudgeResult>?, JudgeUsage?)> KeptAsync(CellRecord cell, Transcript transcript)
        {
            if (!CanBeJudged(cell))
            {
                return (null, cell.Judging);
            }

            var (results, usage) = await JudgeAsync(run, specs, judges!, cell, transcript, items[cell.Address.Item], calls: null, options, cancellationToken);
            return (results, usage);
        }
    }

    private async Task<RunInterruptedException?> JudgeAsync(
        RunRecord run, IReadOnlyList<ScorerSpec> specs, JudgeModels judges, List<Scenario> items, ScoreAgainOptions options, CancellationToken cancellationToken)
    {
        var total = (await cells.CountAsync(run, cancellationToken)).Sum(counts => counts.Answered);
        var done = 0L;
        RunInterruptedException? stopped = null;
        await Parallel.ForEachAsync(
            cells.AllAsync(run, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = CellsAtOnce, CancellationToken = cancellationToken },
            async (cell, token) =>
            {
                if (stopped is not null || cell.Outcome == CellOutcome.Failed || options.Takes?.Invoke(cell) == false)
                {
                    return;
                }

                if (CanBeJudged(cell) && await cells.FindTranscriptAsync(run.RunId, cell.Address, token) is { } transcript)
                {
                    // Those that wait for their place when another has met a wall stay at home.
                    using var calls = new CellCalls(
                        run.RunId, cell.Address, options.Budget, cells,
                        wanted => stopped is not null ? throw new RunNotActiveException(RunStatus.Paused) : options.BeforeFirst?.Invoke(wanted) ?? ValueTask.CompletedTask);
                    try
                    {
                        await JudgeAsync(run, specs, judges, cell, transcript, items[cell.Address.Item], calls, options, token);
                    }
                    catch (RunInterruptedException wall)
                    {
                        Interlocked.CompareExchange(ref stopped, wall, null);
                        return;
                    }
                }

                options.Report?.Invoke(Interlocked.Increment(ref done), total);
            });
        return stopped;
    }

    /// <param name="calls">Null asks nobody: only what is kept counts.</param>
    private async Task<(IReadOnlyDictionary<string, JudgeResult> Results, JudgeUsage? Usage)> JudgeAsync(
        RunRecord run, IReadOnlyList<ScorerSpec> specs, JudgeModels judges, CellRecord cell, Transcript transcript, Scenario item, CellCalls? calls,
        ScoreAgainOptions options, CancellationToken cancellationToken)
    {
        var kept = await judgements.OfCellAsync(run.RunId, cell.Address, cancellationToken);
        var judging = new CellJudging(run, cell.Address, judges, judgements, calls, clock, kept, options.IsAskedAgain);
        return (await judging.JudgeAsync(item.ScorersOf(specs), item, transcript.Turns, cancellationToken), judging.Usage);
    }

    private static bool CanBeJudged(CellRecord cell) => cell.Outcome is CellOutcome.Scored or CellOutcome.Invalid;

    private static CellRecord Rescore(
        CellRecord cell, Transcript transcript, IReadOnlyList<ScorerSpec> specs, List<IScorer> scorers, Scenario item,
        (IReadOnlyDictionary<string, JudgeResult>? Results, JudgeUsage? Usage) judged)
    {
        if (!CanBeJudged(cell))
        {
            return cell with { Scores = CellScores.None(scorers, cell.Scores is [{ Invalid: { } why }, ..] ? why : "There is no answer to score.") };
        }

        var scores = CellScores.Of(specs, scorers, transcript.Turns, item, judged.Results);
        return cell with { Outcome = CellScores.OutcomeOf(scores), Score = scores is [var first, ..] ? first.Value : null, Scores = scores, Judging = judged.Usage };
    }
}
