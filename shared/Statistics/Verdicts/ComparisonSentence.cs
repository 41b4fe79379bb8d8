using System.Globalization;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Planning;

namespace FunctionsEval.Statistics.Verdicts;

/// <summary>One plain sentence a comparison, the same wherever it is shown.</summary>
/// <param name="Scale">Differences on a scale from 0 to 1 are told in points of a hundred.</param>
/// <param name="HigherIsBetter">False of a metric such as errors or cost.</param>
/// <param name="IsInterim">The run is still going on.</param>
public sealed record ComparisonSentence(string First, string Second, ScoreScale Scale, ComparisonDesign Design, bool HigherIsBetter = true, bool IsInterim = false)
{
    private const double Power = 0.8;

    public string Of(Decision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        var text = decision.Verdict switch
        {
            Verdict.Better or Verdict.Worse => Difference(decision),
            Verdict.Equivalent => Text($"{First} and {Second} are equivalent: the difference is smaller than {Amount(Design.Margin!.Value)}{Interval(decision.Comparison)}, {Counts(decision.Comparison)}, {P(decision.AdjustedEquivalencePValue)}."),
            _ => Undecided(decision),
        };
        return IsInterim ? $"Interim view: {text}" : text;
    }

    /// <summary>The second question: were these very items asked again. Its p-value is not adjusted for other pairs.</summary>
    public string Of(FixedItemsComparison onTheseItems)
    {
        ArgumentNullException.ThrowIfNull(onTheseItems);
        var (effect, isShown) = (onTheseItems.Effect, onTheseItems.PValue <= Design.Alpha);
        return isShown
            ? Text($"On these very scenarios {First} is {(effect > 0 == HigherIsBetter ? "better" : "worse")} by {Amount(Math.Abs(effect))}{Range(Absolute(onTheseItems.Interval, effect < 0))}, {P(onTheseItems.PValue)}.")
            : Text($"On these very scenarios no difference is shown{Range(onTheseItems.Interval)}, {P(onTheseItems.PValue)}.");
    }

    /// <summary>"p = 0.012", and never 0.</summary>
    public static string P(double? value) => value switch
    {
        null => "no p-value",
        < 0.0001 => "p < 0.0001",
        < 0.001 => "p < 0.001",
        < 0.1 and var p => string.Create(CultureInfo.InvariantCulture, $"p = {p:0.000}"),
        var p => string.Create(CultureInfo.InvariantCulture, $"p = {p:0.00}"),
    };

    private string Difference(Decision decision)
    {
        var comparison = decision.Comparison;
        var isBetter = comparison.Effect > 0 == HigherIsBetter;
        var interval = comparison.Interval is { } known ? Absolute(known, comparison.Effect < 0) : null;
        return Text($"{First} is {(isBetter ? "better" : "worse")} than {Second} by {Amount(Math.Abs(comparison.Effect!.Value))}{Range(interval)}, {Counts(comparison)}, {P(decision.AdjustedPValue)}.");
    }

    private string Undecided(Decision decision)
    {
        var comparison = decision.Comparison;
        if (comparison.Interval is not { } interval || decision.AdjustedPValue <= Design.Alpha || decision.AdjustedEquivalencePValue <= Design.Alpha)
        {
            return $"No verdict on {First} and {Second}: {decision.Reason}";
        }

        var furthest = Math.Max(Math.Abs(interval.Lower), Math.Abs(interval.Upper));
        var needed = Design.Margin is { } margin ? More(comparison, margin) : null;
        return needed is { } more
            ? Text($"Too few {Unit(comparison, 2)} to tell {First} from {Second}: {more:N0} more would do for {Amount(Design.Margin!.Value)}{Interval(comparison)}, {Counts(comparison)}.")
            : Text($"No difference shown between {First} and {Second}; differences beyond {Amount(furthest)} are excluded, {Counts(comparison)}, {P(decision.AdjustedPValue)}.");
    }

    // From the spread that the interval shows: what finds a difference of the margin four times of five.
    private int? More(Comparison comparison, double margin)
    {
        var interval = comparison.Interval!;
        if (comparison.Units < 2)
        {
            return null;
        }

        // Where none differs it is a scenario not yet seen that may: no event in n, whose bound 1 - error^(1/n) shrinks with n and not with its root.
        if (comparison is { Effect: 0, StandardizedEffect: null } && Scale.Range > margin)
        {
            return Added((int)Math.Ceiling(Math.Log((1 - Design.Confidence) / 2) / Math.Log(1 - (margin / Scale.Range.Value))));
        }

        var critical = MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, comparison.Units - 1, (1 + Design.Confidence) / 2);
        var error = (interval.Upper - interval.Lower) / (2 * critical);
        var units = PairedSampleSize.Of(new PairedDesign(error * error * comparison.Units, 0, 0, 1, 1), margin, Power, Design.Alpha);
        return Added(units);

        int? Added(int? units) => units > comparison.Units ? (int)Math.Ceiling((units.Value - comparison.Units) * ((double)comparison.Items / comparison.Units)) : null;
    }

    private string Amount(double value) => Scale is { Min: 0, Max: 1 }
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.0} points")
        : value.ToString("0.###", CultureInfo.InvariantCulture);

    private string Number(double value) => (Scale is { Min: 0, Max: 1 } ? 100 * value : value).ToString(Scale is { Min: 0, Max: 1 } ? "0.0" : "0.###", CultureInfo.InvariantCulture);

    private string Interval(Comparison comparison) => Range(comparison.Interval);

    private string Range(ConfidenceInterval? interval) => interval is null ? "" : Text($" ({100 * interval.Level:0.#}%: {Number(interval.Lower)} to {Number(interval.Upper)})");

    private static ConfidenceInterval Absolute(ConfidenceInterval interval, bool isNegative) =>
        isNegative ? interval with { Lower = -interval.Upper, Upper = -interval.Lower } : interval;

    private static string Counts(Comparison comparison) => comparison.Units == comparison.Items
        ? Text($"{comparison.Items:N0} {Unit(comparison, comparison.Items)}")
        : Text($"{comparison.Items:N0} scenarios in {comparison.Units:N0} clusters");

    private static string Unit(Comparison comparison, int count) => comparison.Units == comparison.Items && count == 1 ? "scenario" : "scenarios";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
