using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>The fields of a scorer that hold one of a few words, a number with a rule, or an expression.</summary>
internal static class ScorerWords
{
    private static readonly (string Field, Func<ScorerSpec, string?> Of, string[] Words)[] Fields =
    [
        ("match", spec => spec.Match, [ScorerSpec.Any, ScorerSpec.All]),
        ("take", spec => spec.Take, [ScorerSpec.First, ScorerSpec.Last]),
        ("unit", spec => spec.Unit, [LengthScorer.Characters, LengthScorer.Words, LengthScorer.Lines]),
        ("invalid", spec => spec.Invalid, [ScorerSpec.Zero, ScorerSpec.Exclude]),
        ("reasoning", spec => spec.Reasoning, [ScorerSpec.KeepReasoning, "remove"]),
    ];

    public static IEnumerable<ScorerComplaint> Check(ScorerSpec spec)
    {
        foreach (var (field, of, words) in Fields)
        {
            if (of(spec) is { } word && !words.Contains(word))
            {
                yield return new ScorerComplaint(field, Wording.Broken(field, $"must be {string.Join(" or ", words)}", Wording.Shorten(word)));
            }
        }

        if (spec.Match is not null && spec.Values is null && spec.Of is null)
        {
            yield return new ScorerComplaint("match", "match needs values, of which any or all must stand in the answer.");
        }

        if (spec.Tolerance is { } tolerance && !(tolerance >= 0 && tolerance <= NumberText.MaxMagnitude))
        {
            yield return new ScorerComplaint("tolerance", Wording.Broken("tolerance", "must be a number from 0", Wording.Format(tolerance)));
        }

        if (spec.Weight is { } weight && !(weight >= 0 && weight <= 1_000_000))
        {
            yield return new ScorerComplaint("weight", Wording.Broken("weight", "must be between 0 and 1,000,000", Wording.Format(weight)));
        }

        if (spec.Pass is { } pass && PassRule.Read(pass) is null)
        {
            yield return new ScorerComplaint("pass", Wording.Broken("pass", "must be a comparison with a number, such as \">= 0.5\"", Wording.Shorten(pass)));
        }

        if (spec.Path is { } path && (path.Length > ScorerValues.MaxPatternLength || JsonPathScorer.ReadPath(path) is null))
        {
            yield return new ScorerComplaint("path", Wording.Broken("path", "must be a path to one value, such as $.answer.items[0]", Wording.Shorten(path)));
        }

        if (spec.Not && !ScorerRules.HasUnitScale(spec))
        {
            yield return new ScorerComplaint("not", $"not needs a score from 0 to 1, which a scorer of type {spec.Type} does not give.");
        }

        if (spec.Type == "numeric" && spec.Value is { } value && NumericScorer.Expected(AnswerText.Normalize(value)) is null)
        {
            yield return new ScorerComplaint("value", Wording.Broken("value", "must be one number", Wording.Shorten(value)));
        }
    }
}
