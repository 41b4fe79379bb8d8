using System.Text.Json.Serialization;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs;

/// <summary>Where a run stands, exact at any time.</summary>
/// <param name="Completed">Cells that a model answered, whatever the answer was worth.</param>
/// <param name="Failed">Cells that ended without a usable answer.</param>
/// <param name="Pairs">Judgements of pairs; null without a pairwise scorer.</param>
/// <param name="Reused">Of the completed cells, those whose answer was taken over from an earlier run.</param>
public sealed record RunProgress(
    long Total, long Completed, long Failed, IReadOnlyList<ModelProgress> PerModel, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PairProgress? Pairs = null, long Reused = 0)
{
    public static RunProgress Of(RunRecord run, IReadOnlyList<CellCounts> perModel)
    {
        var totalPerModel = (long)run.Items * run.Sampling.MeanSamples;
        var models = run.Variants.Select((named, variant) => new ModelProgress(
            named.Name, named.Model, totalPerModel, perModel[variant].Answered, perModel[variant].Invalid, perModel[variant].Failed, RunCost.AnswersUsd(perModel[variant]),
            perModel[variant].Refused, perModel[variant].Truncated, perModel[variant].Cut, perModel[variant].Reused)).ToList();
        return new RunProgress(run.TotalCells, models.Sum(model => model.Completed), models.Sum(model => model.Failed), models, PairProgress.Of(run, perModel), models.Sum(model => model.Reused));
    }
}

/// <summary>Judgements of pairs; they are asked for once all cells have ended.</summary>
/// <param name="Planned">At most so many: where a cell has no answer there is no pair.</param>
public sealed record PairProgress(long Planned, long Judged)
{
    internal static PairProgress? Of(RunRecord run, IReadOnlyList<CellCounts> perModel) =>
        run.Pairwise is null ? null : new PairProgress(2 * new PairPlan(run).Count, perModel.Sum(counts => counts.Judgements));
}

/// <summary>Cells of one variant; the invalid, refused and truncated ones are among the completed.</summary>
/// <param name="Cut">Scored, though the answer was cut off by the limit of tokens.</param>
public sealed record ModelProgress(string Variant, string Model, long Total, long Completed, long Invalid, long Failed, decimal? CostUsd = null,
    long Refused = 0, long Truncated = 0, long Cut = 0, long Reused = 0);

/// <param name="Sent">Model calls, failed attempts and lost ones included.</param>
/// <param name="Repeated">
/// Calls that a process had said it would send when it died, and that were made again. At most so many were paid twice: a call is announced
/// before it is sent, and never more are announced than may be under way.
/// </param>
/// <param name="Judges">Of those sent, the calls to judges.</param>
public sealed record CallCounts(long Sent, long Repeated, long Judges = 0)
{
    public static CallCounts Of(IEnumerable<CellCounts> counts)
    {
        var sum = counts.Aggregate(CellCounts.None, (a, b) => a + b);
        return new CallCounts(sum.CallsSent, sum.CallsRepeated, sum.JudgeCalls);
    }
}
