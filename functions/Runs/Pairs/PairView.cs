using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Pairs;

/// <summary>Two answers to one scenario and sample, and what judges said of them.</summary>
/// <param name="Outcome">win, tie or loss of the variant; null where there is no vote of every judge.</param>
public sealed record PairView(string Scorer, string Variant, string Control, int SampleIndex, string? Outcome, IReadOnlyList<PairJudgementView> Judgements)
{
    internal static PairView Of(RunRecord run, string scorer, (int Variant, int Control) sides, VotedPair pair)
    {
        var isLater = sides.Variant > sides.Control;
        return new PairView(
            scorer,
            run.Variants[sides.Variant].Name,
            run.Variants[sides.Control].Name,
            pair.Sample,
            pair.Outcome() switch
            {
                null => null,
                0 => "tie",
                var outcome => outcome > 0 == isLater ? "win" : "loss",
            },
            [.. from vote in pair.Votes
                from judgement in new[] { (Cell: vote.Vote.Plain, IsSwapped: false), (Cell: vote.Vote.Swapped, IsSwapped: true) }
                where judgement.Cell is not null
                select PairJudgementView.Of(run, vote.Set, judgement.Cell, judgement.IsSwapped)]);
    }
}

/// <summary>One judgement, in one order.</summary>
/// <param name="ShownFirst">The variant whose answer was A.</param>
/// <param name="Winner">A variant, or tie; null where there is none.</param>
/// <param name="Reason">The judge's; null where it gave none.</param>
/// <param name="Invalid">Why there is no winner.</param>
/// <param name="Calls">0 where nobody was asked, for the answers are the same.</param>
public sealed record PairJudgementView(string Judge, int Repeat, string ShownFirst, string? Winner, string? Reason, string? Invalid, int Calls, decimal? CostUsd)
{
    internal static PairJudgementView Of(RunRecord run, PairSet set, Cells.CellRecord judgement, bool isSwapped)
    {
        var (earlier, later) = VariantPair.At(judgement.Address.Variant);
        var details = judgement.Output is { } json ? PairDetails.Read(json) : null;
        return new PairJudgementView(
            set.Model,
            set.Repeat,
            run.Variants[isSwapped ? later : earlier].Name,
            judgement.Score switch
            {
                null => null,
                0 => "tie",
                > 0 => run.Variants[later].Name,
                _ => run.Variants[earlier].Name,
            },
            details?.Reason is { Length: > 0 } reason ? reason : null,
            details?.Invalid,
            judgement.Calls,
            judgement.CostUsd);
    }
}
