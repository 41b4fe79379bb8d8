using FunctionsEval.Evaluation.Triage;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>One number of a triage answer: its score, or a flag as 0 or 1. Invalid when the answer is.</summary>
internal sealed class TriageScorer(string name) : IScorer
{
    public string Name => name;

    public (double Min, double Max)? Scale => (0, name == TriageScorers.AiScore ? 100 : 1);

    public Score ScoreAny(string answer, IReadOnlyList<string> expected) => TriageParser.Parse(answer) switch
    {
        TriageOutcome.Parsed(var result) => new Score.Valued(name switch
        {
            TriageScorers.AiScore => result.AiScore,
            TriageScorers.IsRelevant => result.IsRelevant ? 1 : 0,
            TriageScorers.IsNovel => result.IsNovel ? 1 : 0,
            _ => result.ShouldDeepSummarize ? 1 : 0,
        }),
        TriageOutcome.Rejected(var reason) => new Score.Invalid(reason),
        var other => throw new System.Diagnostics.UnreachableException($"Unhandled {other.GetType().Name}"),
    };
}
