using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>
/// Several scorers as one: the weighted mean of their scores, or 1 where all (or any) of them pass, else 0. A check that finds the answer invalid counts
/// as 0; an answer that all of them find invalid is invalid.
/// </summary>
internal sealed class ChecksScorer(ScorerSpec spec) : IScorer
{
    private readonly IReadOnlyList<ScorerSpec> _specs = spec.Of!;
    private readonly IReadOnlyList<IScorer> _checks = [.. spec.Of!.Select(Scorers.Create)];

    public string Name { get; } = spec.Name ?? spec.Type;

    public (double Min, double Max)? Scale => (0, 1);

    public InvalidAnswers InvalidAnswers { get; } = ScorerRules.InvalidAnswersOf(spec);

    public Score ScoreAny(string answer, IReadOnlyList<string> expected) => Combine([.. _checks.Select(check => check.ScoreAny(answer, expected))]);

    public Score ScoreTurn(Turn turn, IReadOnlyList<string> expected) => Combine([.. _checks.Select(check => check.ScoreTurn(turn, expected))]);

    private Score Combine(List<Score> scores)
    {
        if (scores.All(score => score is Score.Invalid))
        {
            return scores[0];
        }

        var passed = _specs.Select((check, index) => Scorers.Passes([check], [scores[index]]) ?? true).ToList();
        var value = spec.Match switch
        {
            ScorerSpec.All => passed.TrueForAll(one => one) ? 1 : 0,
            ScorerSpec.Any => passed.Exists(one => one) ? 1 : 0,
            _ => Mean(scores, passed),
        };
        return new Score.Valued(spec.Not ? 1 - value : value);
    }

    private double Mean(List<Score> scores, List<bool> passed)
    {
        var (sum, weights) = (0.0, 0.0);
        for (var index = 0; index < scores.Count; index++)
        {
            var weight = _specs[index].Weight ?? 1;
            weights += weight;
            sum += weight * (!ScorerRules.HasUnitScale(_specs[index]) ? passed[index] ? 1 : 0 : scores[index] is Score.Valued(var value) ? value : 0);
        }

        return weights == 0 ? 1 : sum / weights;
    }
}
