using System.Globalization;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs.Pairs;

/// <summary>One plain sentence a pair, the same wherever it is shown. Points are of a hundred pairs.</summary>
internal static class PreferenceSentence
{
    public static string Of(string variant, string control, Decision decision, PairTally.Side side, ComparisonDesign design)
    {
        var comparison = decision.Comparison;
        if (side.Wins + side.Ties + side.Losses == 0)
        {
            return $"{variant} and {control} were not compared: {comparison.Limit ?? "no pair of their answers was judged"}";
        }

        var p = ComparisonSentence.P(decision.AdjustedPValue);
        return decision.Verdict switch
        {
            Verdict.Better => $"{variant} is preferred to {control}: {Counts(side.Wins, side.Ties, side.Losses)}; {Net(comparison, 1)}, {Units(comparison)}, {p}.",
            Verdict.Worse => $"{control} is preferred to {variant}: {Counts(side.Losses, side.Ties, side.Wins)}; {Net(comparison, -1)}, {Units(comparison)}, {p}.",
            Verdict.Equivalent => Text(
                $"{variant} and {control} are preferred alike, within {100 * design.Margin!.Value:0.#} points: {Counts(side.Wins, side.Ties, side.Losses)}; {Net(comparison, 1)}, {Units(comparison)}."),
            _ when comparison.Interval is null || decision.AdjustedPValue <= design.Alpha || decision.AdjustedEquivalencePValue <= design.Alpha =>
                $"No verdict on {variant} and {control} ({Counts(side.Wins, side.Ties, side.Losses)}): {decision.Reason}",
            _ => $"No preference shown between {variant} and {control}: {Counts(side.Wins, side.Ties, side.Losses)}; {Net(comparison, 1)}, {Units(comparison)}, {p}.",
        };
    }

    public static string OfRanking(IReadOnlyList<RankedPreference> ranked, IReadOnlyList<IReadOnlyList<string>> cycles)
    {
        var order = string.Join(", ", ranked.Select(one => one.BestRank == one.WorstRank
            ? Text($"{one.Variant} (rank {one.Rank})")
            : Text($"{one.Variant} (rank {one.BestRank} to {one.WorstRank})")));
        return cycles.Count == 0
            ? $"From the most preferred: {order}."
            : $"No order fits: {string.Join("; ", cycles.Select(cycle => string.Join(" beats ", [.. cycle, cycle[0]])))}. The nearest: {order}.";
    }

    private static string Counts(long wins, long ties, long losses) => Text($"{Counted(wins, "win", "wins")}, {Counted(ties, "tie", "ties")}, {Counted(losses, "loss", "losses")}");

    private static string Counted(long count, string one, string many) => Text($"{count:N0} {(count == 1 ? one : many)}");

    private static string Net(Comparison comparison, int side)
    {
        var interval = comparison.Interval is { } known ? side > 0 ? known : known with { Lower = -known.Upper, Upper = -known.Lower } : null;
        var range = interval is null ? "" : Text($" ({100 * interval.Level:0.#}%: {Points(interval.Lower)} to {Points(interval.Upper)})");
        return $"net {Points(side * comparison.Effect!.Value)} points{range}";
    }

    private static string Points(double share) => (100 * share).ToString("+0;-0;0", CultureInfo.InvariantCulture);

    private static string Units(Comparison comparison) => comparison.Units == comparison.Items
        ? Counted(comparison.Items, "scenario", "scenarios")
        : Text($"{comparison.Items:N0} scenarios in {comparison.Units:N0} clusters");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
