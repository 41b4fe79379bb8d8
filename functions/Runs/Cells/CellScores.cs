using System.Diagnostics;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Runs.Cells;

/// <summary>What the scorers of a run make of one conversation.</summary>
internal static class CellScores
{
    /// <param name="scorers">Of the run, as many as <paramref name="specs"/>; a scenario may have others of the same names.</param>
    /// <param name="judged">What judges came to, by the name of their scorer; null where there are none.</param>
    public static List<NamedScore> Of(
        IReadOnlyList<ScorerSpec> specs, IReadOnlyList<IScorer> scorers, IReadOnlyList<Turn> turns, Scenario scenario, IReadOnlyDictionary<string, JudgeResult>? judged = null)
    {
        if (scenario.Scorers is not null)
        {
            specs = scenario.ScorersOf(specs);
            scorers = [.. specs.Select(Scorers.Create)];
        }

        return [.. scorers.Select((scorer, index) => judged?.GetValueOrDefault(scorer.Name) is var (score, by)
            ? Named(scorer, score) with { Judge = by }
            : Named(scorer, Scorers.ScoreTurn(scorer, specs[index], turns, scenario)))];
    }

    /// <summary>No scorer looks at an answer that is none.</summary>
    public static List<NamedScore> None(IReadOnlyList<IScorer> scorers, string reason) => [.. scorers.Select(scorer => new NamedScore(scorer.Name, null, reason))];

    /// <summary>Of a conversation that was answered.</summary>
    public static CellOutcome OutcomeOf(IReadOnlyList<NamedScore> scores) => scores is [{ Invalid: not null }, ..] ? CellOutcome.Invalid : CellOutcome.Scored;

    private static NamedScore Named(IScorer scorer, Score score) => score switch
    {
        Score.Valued(var value) => new NamedScore(scorer.Name, value),
        Score.Invalid(var reason) => new NamedScore(scorer.Name, null, reason),
        var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
    };
}

/// <summary>What a scorer's judges came to.</summary>
/// <param name="Judged">Null where no judge was asked.</param>
internal sealed record JudgeResult(Score Score, JudgedScore? Judged);
