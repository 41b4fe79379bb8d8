using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs.Analysis;

/// <summary>What a definition's comparison means for the statistics.</summary>
internal static class VerdictRules
{
    public static VerdictOptions Of(CompareSpec compare) => new(
        compare.Margin, compare.Confidence, compare.Correction == "none" ? Correction.None : Correction.Holm);

    /// <summary>Of a metric where lower is better, the higher score is the worse one.</summary>
    public static Verdict Directed(Verdict verdict, CompareSpec compare) => (verdict, compare.Better) switch
    {
        (Verdict.Better, "lower") => Verdict.Worse,
        (Verdict.Worse, "lower") => Verdict.Better,
        _ => verdict,
    };

    /// <summary>Drawn signs are those of the run: the same analysis again gives the same numbers.</summary>
    public static Random RandomOf(RunRecord run, string metric, int pair)
    {
        var hash = 17;
        foreach (var unit in metric)
        {
            hash = unchecked((hash * 31) + unit);
        }

        return new Random(unchecked((int)run.Seed ^ (int)(run.Seed >> 32) ^ (hash * 397) ^ pair));
    }
}
