using System.Diagnostics;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Runs.Cells;

/// <summary>What the scorers of a run make of one conversation.</summary>
internal static class CellScores
{
    public static List<NamedScore> Of(IReadOnlyList<ScorerSpec> specs, IReadOnlyList<IScorer> scorers, IReadOnlyList<Turn> turns, string? expected) =>
    [
        .. scorers.Select((scorer, index) => Scorers.ScoreTurn(scorer, specs[index].Turn, turns, expected) switch
        {
            Score.Valued(var value) => new NamedScore(scorer.Name, value),
            Score.Invalid(var reason) => new NamedScore(scorer.Name, null, reason),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        }),
    ];

    /// <summary>No scorer looks at an answer that is none.</summary>
    public static List<NamedScore> None(IReadOnlyList<IScorer> scorers, string reason) => [.. scorers.Select(scorer => new NamedScore(scorer.Name, null, reason))];

    /// <summary>Of a conversation that was answered.</summary>
    public static CellOutcome OutcomeOf(IReadOnlyList<NamedScore> scores) => scores is [{ Invalid: not null }, ..] ? CellOutcome.Invalid : CellOutcome.Scored;
}
