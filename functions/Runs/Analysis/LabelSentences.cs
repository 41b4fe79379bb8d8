using System.Globalization;
using FunctionsEval.Evaluation;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Agreement;
using FunctionsEval.Statistics.Calibration;

namespace FunctionsEval.Runs.Analysis;

/// <summary>What labels say of a scorer, in words that every place shows alike.</summary>
internal static class LabelSentences
{
    public static string Summary(string metric, int labels, int cells, IReadOnlyList<CorrectedVerdict> verdicts)
    {
        var told = $"{Plural.Of(labels, "label")} of people on {Plural.Of(cells, "answer")} correct what {metric} says.";
        var turned = verdicts.Where(one => one.JudgedVerdict is { } own && own != one.Verdict).Select(one => $"{one.Variant} against {one.Control} {one.JudgedVerdict} instead of {one.Verdict}").ToList();
        return turned.Count == 0 ? told : $"{told} Without them the verdict would be another: {string.Join("; ", turned)}.";
    }

    /// <summary>How far the scorer agrees with people.</summary>
    public static string Agreement(string metric, JudgeAccuracy? accuracy, AlphaResult? alpha, string alphaScale, KappaResult? kappa, AlphaResult? people, LabelBias? bias)
    {
        var parts = new List<string>();
        if (accuracy is not null)
        {
            parts.Add($"{metric} says what people say of {Percent(accuracy.Accuracy.Value)} of {Plural.Of(accuracy.Accuracy.Cells, "answer")} (people pass {Percent(accuracy.BaseRate)})");
            parts.Add($"it passes {Of(accuracy.Sensitivity)} of what people pass and fails {Of(accuracy.Specificity)} of what people fail");
        }

        if (alpha is not null)
        {
            parts.Add($"alpha ({alphaScale}) {Number(alpha.Alpha)}{Between(alpha.Interval)}");
        }

        if (kappa?.Kappa is { } value)
        {
            parts.Add($"kappa {Number(value)}{Between(kappa.Interval)} at a base rate of {Percent(kappa.BaseRate)}");
        }

        if (people is not null)
        {
            parts.Add($"people among each other: alpha {Number(people.Alpha)}{Between(people.Interval)}");
        }

        if (bias is not null)
        {
            parts.Add($"bias {bias.Mean.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture)}{Between(bias.Interval)}");
        }

        return parts.Count == 0 ? "" : $"Agreement: {string.Join("; ", parts)}.";
    }

    private static string Of(Share? share) => share is null ? "an unknown share" : $"{Percent(share.Value)}{Between(share.Interval)}";

    private static string Between(ConfidenceInterval? interval) => interval is null ? "" : $" (95%: {Number(interval.Lower)} to {Number(interval.Upper)})";

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#}%");
}
