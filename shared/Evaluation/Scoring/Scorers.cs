using System.Runtime.CompilerServices;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;

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

        // The final answer comes last; a rating is what is asked for first.
        var last = (spec.Take ?? (spec.Type is "numeric" or "choice" ? ScorerSpec.Last : ScorerSpec.First)) == ScorerSpec.Last;
        var part = spec.Pattern is null || spec.Type == "regex" ? null : new AnswerPart(BoundedPattern.Compile(spec.Pattern, spec.IgnoreCase), last);
        return spec.Type switch
        {
            "number" => new ConfiguredScorer(spec, new NumberScorer(part, last, spec.Min, spec.Max), extraction: null),
            "checks" => new ChecksScorer(spec),
            ScorerSpec.JudgeType => new JudgeScorer(spec),
            ScorerSpec.CommandType or ScorerSpec.HttpType => new ExternalScorer(spec),
            "numeric" => new ConfiguredScorer(spec, new NumericScorer(part, last, spec.Tolerance ?? 0), extraction: null),
            _ => new ConfiguredScorer(spec, CreateInner(spec), part),
        };
    }

    private static ITextScorer CreateInner(ScorerSpec spec) => spec.Type switch
    {
        "exact" => new ExactScorer(spec.IgnoreCase),
        "contains" => Contains(TextPlace.Anywhere, spec),
        "starts_with" => Contains(TextPlace.Start, spec),
        "ends_with" => Contains(TextPlace.End, spec),
        "regex" => new RegexScorer(BoundedPattern.Compile(spec.Pattern!, spec.IgnoreCase)),
        "choice" => new ChoiceScorer(spec.Choices!, spec.IgnoreCase),
        "json_schema" => OfSchema(spec.Schema!),
        "json_path" => new JsonPathScorer(JsonPathScorer.ReadPath(spec.Path!)!, spec.IgnoreCase),
        "levenshtein" => new SimilarityScorer(Similarity.EditDistance, spec.IgnoreCase),
        "rouge_l" => new SimilarityScorer(Similarity.RougeL, ignoreCase: false),
        "bleu" => new SimilarityScorer(Similarity.Bleu, spec.IgnoreCase),
        "length" => new LengthScorer(spec.Unit ?? LengthScorer.Characters, spec.Min, spec.Max),
        "latency" => new LatencyScorer(),
        "cost" => new CostScorer(),
        "refusal" => new RefusalScorer(),
        _ => throw new System.Diagnostics.UnreachableException(spec.Type),
    };

    // Apart, for the same reason as in ScorerRules: its library is slow to load.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static JsonSchemaScorer OfSchema(string schema) => new(CompiledJsonSchema.Compile(schema));

    private static ContainsScorer Contains(TextPlace place, ScorerSpec spec) =>
        new(place, spec.IgnoreCase, spec.Word, [.. (spec.Values ?? []).Select(value => ConfiguredScorer.FormOf(spec, value))], spec.Match == ScorerSpec.All);

    /// <summary>Scores the turn that the spec names; invalid when the conversation did not reach it.</summary>
    public static Score ScoreTurn(IScorer scorer, int turn, IReadOnlyList<Turn> turns, string? expected) =>
        ScoreAny(scorer, turn, turns, expected is null ? [] : [expected]);

    /// <summary>The same, where any of the texts that the scenario expects will do.</summary>
    public static Score ScoreTurn(IScorer scorer, ScorerSpec spec, IReadOnlyList<Turn> turns, Scenario scenario) =>
        ScoreAny(scorer, spec.Turn, turns, scenario.AllExpected());

    private static Score ScoreAny(IScorer scorer, int turn, IReadOnlyList<Turn> turns, IReadOnlyList<string> expected)
    {
        return Find(turn, turns) is { } scored ? scorer.ScoreTurn(scored, expected) : NotReached(turn, turns);
    }

    /// <summary>The turn that a spec names; null when the conversation did not reach it.</summary>
    public static Turn? Find(int turn, IReadOnlyList<Turn> turns) =>
        turn != LastTurn ? turns.FirstOrDefault(candidate => candidate.TurnNumber == turn) : turns.Count > 0 ? turns[^1] : null;

    public static Score.Invalid NotReached(int turn, IReadOnlyList<Turn> turns) =>
        new(turns.Count == 0 ? "The conversation has no turn." : $"The conversation did not reach turn {turn}.");

    /// <summary>
    /// Whether a cell passes. By default every scorer with a scale from 0 to 1 or a rule of its own must pass, and an invalid answer fails; with a
    /// <paramref name="rule"/> their weighted mean must, passes counted as 1 and failures as 0 for scorers of other scales. Null when no scorer counts.
    /// </summary>
    /// <param name="scores">By scorer.</param>
    public static bool? Passes(IReadOnlyList<ScorerSpec> specs, IReadOnlyList<Score> scores, PassRule? rule = null)
    {
        var (sum, weights, all, any) = (0.0, 0.0, true, false);
        for (var index = 0; index < specs.Count; index++)
        {
            var spec = specs[index];
            var own = spec.Pass is null ? null : PassRule.Read(spec.Pass);
            var hasUnitScale = ScorerRules.HasUnitScale(spec);
            if ((own is null && !hasUnitScale) || spec.Weight == 0)
            {
                continue;
            }

            any = true;
            double? value = scores[index] is Score.Valued(var scored) ? scored : null;
            var passed = value is { } known && (own ?? PassRule.Standard).Passes(known);
            all &= passed;
            weights += spec.Weight ?? 1;
            sum += (spec.Weight ?? 1) * (hasUnitScale ? value ?? 0 : passed ? 1 : 0);
        }

        return !any ? null : rule is null ? all : rule.Passes(sum / weights);
    }
}
