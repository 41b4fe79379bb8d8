using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>Stands for scores that a program or a service gives: a scorer itself calls nobody.</summary>
internal sealed class ExternalScorer(ScorerSpec spec) : IScorer
{
    public string Name { get; } = spec.Name ?? spec.Type;

    public (double Min, double Max)? Scale { get; } = (spec.Min ?? 0, spec.Max ?? 1);

    public InvalidAnswers InvalidAnswers { get; } = ScorerRules.InvalidAnswersOf(spec);

    public Score ScoreAny(string answer, IReadOnlyList<string> expected) => new Score.Invalid("not scored");
}
