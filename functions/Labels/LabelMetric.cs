using System.Globalization;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Labels;

/// <summary>A scorer of a run, on whose scale people label answers.</summary>
/// <param name="Index">Its place among the scorers.</param>
public sealed record LabelMetric(string Name, int Index, ScoreScale Scale)
{
    private const int MostChoices = 10;

    private static readonly string[] Passes = ["pass", "p", "true", "yes", "y", "good"];
    private static readonly string[] Fails = ["fail", "f", "false", "no", "n", "bad"];

    public bool IsPassOrFail => Scale.Kind == ScoreKind.PassOrFail;

    /// <summary>What a label may be, in words.</summary>
    public string Rule => Scale switch
    {
        { Kind: ScoreKind.PassOrFail } => "pass or fail (or 1 or 0)",
        { Min: { } min, Max: { } max } => string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"),
        _ => "a number",
    };

    /// <summary>Every value that a key can stand for: pass and fail, or the whole numbers of a short scale; else empty.</summary>
    public IReadOnlyList<double> Choices => Scale switch
    {
        { Kind: ScoreKind.PassOrFail } => [1, 0],
        { Min: { } min, Max: { } max } when double.IsInteger(min) && min >= 0 && max < MostChoices => [.. Enumerable.Range((int)min, (int)(Math.Floor(max) - min) + 1).Select(value => (double)value)],
        _ => [],
    };

    public static IReadOnlyList<LabelMetric> All(RunRecord run) =>
        [.. run.Scorers.Select((spec, index) => Scorers.Create(spec) is var scorer ? new LabelMetric(scorer.Name, index, VerdictRules.ScaleOf(spec, scorer)) : null!)];

    /// <summary>The one of that name, or the first; null where the run has none of it.</summary>
    public static LabelMetric? Find(RunRecord run, string? name) => All(run).FirstOrDefault(metric => name is null || metric.Name == name);

    /// <summary>Names the scorers that a run has, where another was asked for.</summary>
    public static string Unknown(RunRecord run, string? name) => run.Scorers.Count == 0
        ? $"Run '{run.RunId}' has no scorer, so there is no scale to label on: 'functionseval rescore' gives it one."
        : $"metric must be a scorer of the run ({string.Join(", ", run.Scorers.Select(scorer => scorer.Name))}), but is '{Http.Excerpt.Of(name ?? "")}'.";

    /// <summary>Null where the text is no label of this scale.</summary>
    public double? Parse(string text)
    {
        var word = text.Trim().ToLowerInvariant();
        var value = IsPassOrFail && Passes.Contains(word) ? 1
            : IsPassOrFail && Fails.Contains(word) ? 0
            : double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
        return !double.IsFinite(value) || value < Scale.Min || value > Scale.Max || (IsPassOrFail && value is not (0 or 1)) || Math.Abs(value) > Statistics.RunningMoments.MaxMagnitude ? null : value;
    }

    /// <summary>As people say it.</summary>
    public string Text(double value) => IsPassOrFail ? value == 1 ? "pass" : "fail" : value.ToString("0.####", CultureInfo.InvariantCulture);
}
