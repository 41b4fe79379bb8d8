using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>The scorers of every triage run: analysis then treats its score and flags like those of any other run.</summary>
public static class TriageScorers
{
    public const string AiScore = "ai_score";
    public const string IsRelevant = "is_relevant";
    public const string IsNovel = "is_novel";
    public const string ShouldDeepSummarize = "should_deep_summarize";

    /// <summary>Not a type that a definition can name: its answers come from the triage prompt.</summary>
    internal const string Type = "triage";

    // The last turn: the second answer counts where there was one.
    private const int LastTurn = -1;

    public static IReadOnlyList<ScorerSpec> Specs { get; } =
        [.. new[] { AiScore, IsRelevant, IsNovel, ShouldDeepSummarize }.Select(name => new ScorerSpec(Type, name, Turn: LastTurn))];

    /// <summary>One margin for all, in hundredths of their scales: points of the score, percentage points of a flag.</summary>
    public static IReadOnlyDictionary<string, double> Margins(double points) =>
        Specs.ToDictionary(spec => spec.Name!, spec => spec.Name == AiScore ? points : points / 100);

    internal static IScorer Create(ScorerSpec spec) => Specs.Any(known => known.Name == spec.Name)
        ? new TriageScorer(spec.Name!)
        : throw new ArgumentException($"A triage answer has no '{spec.Name}'; it has {string.Join(", ", Specs.Select(known => known.Name))}.", nameof(spec));
}
