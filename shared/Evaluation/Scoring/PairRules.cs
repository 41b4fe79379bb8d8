using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>What a pairwise scorer may hold beside what every judge may.</summary>
internal static class PairRules
{
    public const string All = "all";

    /// <summary>A verdict is a win, a tie or a loss: there is no scale, and several are put together by one rule.</summary>
    public static readonly string[] Fields = [.. JudgeRules.Fields.Except(["scale", "passFail", "aggregate", "overall"])];

    public static IEnumerable<ScorerComplaint> Check(ScorerSpec spec)
    {
        if (spec.Pairs is { } pairs && pairs is not (CompareSpec.WithControl or All))
        {
            yield return new ScorerComplaint("pairs", Wording.Broken("pairs", $"must be {CompareSpec.WithControl} or {All}", Wording.Shorten(pairs)));
        }

        (string Field, bool IsGiven)[] scored =
        [
            ("scale", spec.Judge?.Scale is not null), ("passFail", spec.Judge?.PassFail == true), ("aggregate", spec.Judge?.Aggregate is not null), ("overall", spec.Judge?.Overall is not null),
        ];
        foreach (var (field, _) in scored.Where(one => one.IsGiven))
        {
            yield return new ScorerComplaint(field, $"{field} means nothing to a scorer of type {ScorerSpec.PairwiseType}, whose verdicts are a win, a tie or a loss.");
        }

        if (spec.Judge?.Template is { } own && !(own.Contains("answer_a", StringComparison.Ordinal) && own.Contains("answer_b", StringComparison.Ordinal)))
        {
            yield return new ScorerComplaint("template", "template must show the judge what it compares: it needs {{ answer_a }} and {{ answer_b }}.");
        }
    }
}
