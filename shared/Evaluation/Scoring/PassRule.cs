using System.Globalization;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>When a score passes: a comparison with a number, such as "&gt;= 0.5".</summary>
public sealed record PassRule(string Comparison, double Threshold)
{
    private static readonly string[] Comparisons = [">=", "<=", "==", ">", "<"];

    /// <summary>Of scorers from 0 to 1 that declare no rule.</summary>
    public static PassRule Standard { get; } = new(">=", 0.5);

    /// <summary>Null when the text is no rule.</summary>
    public static PassRule? Read(string text)
    {
        var trimmed = text.Trim();
        return Array.Find(Comparisons, comparison => trimmed.StartsWith(comparison, StringComparison.Ordinal)) is { } found
            && double.TryParse(trimmed[found.Length..], NumberStyles.Float, CultureInfo.InvariantCulture, out var threshold) && double.IsFinite(threshold)
            ? new PassRule(found, threshold)
            : null;
    }

    public bool Passes(double score) => Comparison switch
    {
        ">=" => score >= Threshold,
        "<=" => score <= Threshold,
        ">" => score > Threshold,
        "<" => score < Threshold,
        _ => score == Threshold,
    };
}
