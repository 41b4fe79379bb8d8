using FunctionsEval.Evaluation.Cells;

namespace FunctionsEval.Evaluation.Scoring;

public static class Scorers
{
    private const int LastTurn = -1;

    /// <exception cref="ArgumentException">The spec breaks a rule; those of a parsed definition never do.</exception>
    public static IScorer Create(ScorerSpec spec)
    {
        if (spec.Type == TriageScorers.Type)
        {
            return TriageScorers.Create(spec);
        }

        if (ScorerRules.Check(spec).FirstOrDefault() is { } complaint)
        {
            throw new ArgumentException(complaint.Message, nameof(spec));
        }

        var name = spec.Name ?? spec.Type;
        return spec.Type switch
        {
            "exact" => new ExactScorer(name, spec.Value, spec.IgnoreCase),
            "contains" => new ContainsScorer(name, spec.Value, spec.IgnoreCase),
            "regex" => new RegexScorer(name, BoundedPattern.Compile(spec.Pattern!, spec.IgnoreCase)),
            "number" => new NumberScorer(name, spec.Pattern is null ? null : BoundedPattern.Compile(spec.Pattern, spec.IgnoreCase), spec.Min, spec.Max),
            "choice" => new ChoiceScorer(name, spec.Choices!, spec.Value, spec.IgnoreCase),
            "json_schema" => new JsonSchemaScorer(name, CompiledJsonSchema.Compile(spec.Schema!)),
            _ => throw new System.Diagnostics.UnreachableException(spec.Type),
        };
    }

    /// <summary>Scores the turn that the spec names; invalid when the conversation did not reach it.</summary>
    public static Score ScoreTurn(IScorer scorer, int turn, IReadOnlyList<Turn> turns, string? expected)
    {
        var scored = turn != LastTurn ? turns.FirstOrDefault(candidate => candidate.TurnNumber == turn)
            : turns.Count > 0 ? turns[^1] : null;
        return scored is null
            ? new Score.Invalid(turns.Count == 0 ? "The conversation has no turn." : $"The conversation did not reach turn {turn}.")
            : scorer.Score(scored.TargetResponse, expected);
    }
}
