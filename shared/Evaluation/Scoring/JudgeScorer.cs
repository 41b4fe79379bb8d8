using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>Stands for scores that models give: where they are asked for is not here, for a scorer calls nobody.</summary>
internal sealed class JudgeScorer(ScorerSpec spec) : IScorer
{
    public string Name { get; } = spec.Name ?? spec.Type;

    public (double Min, double Max)? Scale { get; } = spec.Judge!.Range() is var (min, max) ? (min, max) : null;

    public Score ScoreAny(string answer, IReadOnlyList<string> expected) => new Score.Invalid("not judged");
}
