using System.Globalization;
using FunctionsEval.Runs.Analysis;

namespace FunctionsEval.Runs.Pairs;

/// <summary>What may be wrong with judgements of pairs, in sentences; the same wherever they are shown.</summary>
public static class PairNotes
{
    private const double ManyFlips = 0.3;

    public static IEnumerable<string> Of(PairwiseAnalysis analysis)
    {
        foreach (var judge in analysis.Position)
        {
            if (judge.LeanInterval is { } lean && (lean.Lower > 0 || lean.Upper < 0))
            {
                yield return Text($"{judge.Judge} leans to the answer that is shown {(judge.Lean > 0 ? "first" : "second")}, by {Points(Math.Abs(judge.Lean!.Value))} points; as both orders were asked, that makes ties and no winner.");
            }

            if (judge.FlipRate > ManyFlips)
            {
                yield return Text($"{judge.Judge} changed its mind with the order in {100 * judge.FlipRate:0}% of pairs: it can hardly tell these answers apart, and the ties that come of it cost power.");
            }

            if (judge.Invalid + judge.Failed > 0)
            {
                yield return Text($"{judge.Judge} gave no winner in {judge.Invalid + judge.Failed:N0} judgements: {judge.Invalid:N0} could not be read, {judge.Failed:N0} calls failed.");
            }
        }

        foreach (var pair in analysis.Pairs)
        {
            if (pair.LengthBias is { Interval: { } interval } length && (interval.Lower > 0 || interval.Upper < 0))
            {
                yield return Text($"{pair.Variant} against {pair.Control}: {(length.Correlation > 0 ? "longer" : "shorter")} answers win more often (correlation {length.Correlation:0.00}, {100 * interval.Level:0.#}%: {interval.Lower:0.00} to {interval.Upper:0.00}). They may be better ones: labels tell.");
            }

            if (pair.NoAnswer + pair.Unjudged > 0)
            {
                yield return Text($"{pair.Variant} against {pair.Control}: {pair.NoAnswer:N0} pairs are none because a cell has no answer, {pair.Unjudged:N0} have no judgement.");
            }
        }
    }

    private static string Points(double share) => (100 * share).ToString("0", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
