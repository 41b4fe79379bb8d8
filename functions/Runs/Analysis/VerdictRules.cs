using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs.Analysis;

/// <summary>What a definition's comparison means for the statistics.</summary>
internal static class VerdictRules
{
    private const string Triage = "triage";

    private static readonly HashSet<string> PassOrFailScorers = ["exact", "contains", "regex", "choice", "json_schema"];

    /// <summary>By what a scorer can say, not by what it has said so far: the method must not depend on the data.</summary>
    public static ScoreScale ScaleOf(ScorerSpec spec, IScorer scorer) => (spec.Type, scorer.Scale) switch
    {
        (Triage, _) when spec.Name != TriageScorers.AiScore => ScoreScale.PassOrFail,
        _ when spec.Judge?.IsPassOrFail() == true => ScoreScale.PassOrFail,
        var (type, _) when PassOrFailScorers.Contains(type) => ScoreScale.PassOrFail,
        (_, { } ends) => ScoreScale.Between(ends.Min, ends.Max),
        _ => ScoreScale.Unbounded,
    };

    /// <summary>Of the scorer at that place.</summary>
    public static ComparisonDesign DesignOf(RunScores scores, int scorer, CompareSpec compare) => new(
        ScaleOf(scores.Run.Scorers[scorer], scores.Scorers[scorer]),
        scores.Run.Sampling.MeanSamples,
        scores.Items.Any(item => item.Cluster is not null),
        compare.MarginOf(scores.Scorers[scorer].Name),
        compare.Confidence);

    public static Correction CorrectionOf(CompareSpec compare) => compare.Correction == "none" ? Correction.None : Correction.Holm;

    /// <summary>Of a metric where lower is better, the higher score is the worse one.</summary>
    public static Verdict Directed(Verdict verdict, CompareSpec compare) => (verdict, compare.Better) switch
    {
        (Verdict.Better, "lower") => Verdict.Worse,
        (Verdict.Worse, "lower") => Verdict.Better,
        _ => verdict,
    };

    /// <summary>Compared by <c>compare.margin</c> although their scales differ: what is little for one may be all for another. Else empty.</summary>
    public static IReadOnlyList<string> MetricsOfOneMargin(RunRecord run, IReadOnlyList<IScorer> scorers)
    {
        if (run.Variants.Count < 2 || run.Compare is not { Margin: not null } compare)
        {
            return [];
        }

        var judged = scorers.Where(scorer => compare.Metrics?.Contains(scorer.Name) != false && compare.Margins?.ContainsKey(scorer.Name) != true).ToList();
        return judged.DistinctBy(scorer => scorer.Scale is { } scale ? scale.Max - scale.Min : (double?)null).Count() > 1 ? [.. judged.Select(scorer => scorer.Name)] : [];
    }

    /// <summary>Drawn signs are those of the run: the same analysis again gives the same numbers.</summary>
    public static Random RandomOf(RunRecord run, string metric, int pair)
    {
        var hash = 17;
        foreach (var unit in metric)
        {
            hash = unchecked((hash * 31) + unit);
        }

        return new Random(unchecked((int)run.Sampling.DispatchSeed ^ (int)(run.Sampling.DispatchSeed >> 32) ^ (hash * 397) ^ pair));
    }
}
