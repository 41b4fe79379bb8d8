using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Judging;

namespace FunctionsEval.Runs.Conversations;

/// <summary>What judges, programs and services say of one cell; judgements of an earlier execution are not asked for again.</summary>
internal sealed class OutsideScores(ActiveRun active, CellAddress address, JudgementStore judgements, TimeProvider clock)
{
    private List<KeptJudgement> _kept = [];

    /// <summary>Calls of judges whose answers are kept from an earlier execution.</summary>
    public int KeptCalls => _kept.Sum(judgement => judgement.Calls.Count);

    /// <summary>Reads the judgements that an earlier execution came to.</summary>
    public async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        if (active.Judges is not null)
        {
            _kept = await judgements.OfCellAsync(active.Run.RunId, address, cancellationToken);
        }
    }

    /// <summary>By the scorer's name; null where nobody is to be asked.</summary>
    /// <param name="paid">Pays the judges' calls, as those of the cell itself.</param>
    public async Task<(IReadOnlyDictionary<string, JudgeResult>? Results, JudgeUsage? Usage)> ScoreAsync(
        Scenario item, IReadOnlyList<Turn> turns, CellCalls paid, CancellationToken cancellationToken)
    {
        var (results, usage) = active.Judges is { } judges ? await JudgeAsync(judges, item, turns, paid, cancellationToken) : (null, null);
        return active.External is { } external
            ? (await external.AddAsync(results, active.Run, active.Run.Scorers, address, item, turns, cancellationToken), usage)
            : (results, usage);
    }

    private async Task<(IReadOnlyDictionary<string, JudgeResult>? Results, JudgeUsage? Usage)> JudgeAsync(
        JudgeModels judges, Scenario item, IReadOnlyList<Turn> turns, CellCalls paid, CancellationToken cancellationToken)
    {
        // A judge that failed before is asked again once the run was extended: a retry is that too.
        var judging = new CellJudging(active.Run, address, judges, judgements, paid, clock, _kept, failed => failed.Extension < active.Run.Course.Extension);
        var results = await judging.JudgeAsync(item.ScorersOf(active.Run.Scorers), item, turns, cancellationToken);
        return (results, judging.Usage);
    }
}
