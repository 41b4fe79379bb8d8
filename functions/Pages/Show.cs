using System.Globalization;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics;

namespace FunctionsEval.Pages;

/// <summary>Numbers as people read them, with their units; "–" is none.</summary>
public static class Show
{
    public const string None = "–";

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count in a table, where most are 0.</summary>
    public static string Few(long count) => count == 0 ? None : Count(count);

    public static string Counted(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";

    public static string Usd(decimal? usd) => usd switch
    {
        null => None,
        0 => "$0",
        < 0.0001m => "< $0.0001",
        < 0.1m => string.Create(CultureInfo.InvariantCulture, $"${usd:0.####}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"${usd:N2}"),
    };

    public static string PValue(double? p) => p switch
    {
        null => None,
        < 0.0001 => "< 0.0001",
        < 0.1 => p.Value.ToString("0.####", CultureInfo.InvariantCulture),
        _ => p.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    public static string Time(TimeSpan time) => time switch
    {
        { TotalMilliseconds: < 1000 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        { TotalMinutes: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
    };

    /// <summary>A percentage of an SVG's width or of its text.</summary>
    public static string Percent(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}%");

    public static string Status(RunStatus status) => JsonRules.Name(status);

    /// <summary>How a status is coloured.</summary>
    public static string StatusClass(RunStatus status) => status switch
    {
        RunStatus.Completed => "good",
        RunStatus.Failed => "bad",
        RunStatus.Pending or RunStatus.Running => "live",
        RunStatus.Paused => "open",
        _ => "",
    };

    public static string Kind(string kind) => kind switch
    {
        RunRecord.AbTest => "A/B test",
        RunRecord.Digest => "digest",
        _ => "evaluation",
    };
}

/// <summary>How the scores of one scorer are written: shares of passes as per cent and their differences in points, others as plain numbers.</summary>
public sealed record ScoreFormat(bool IsPassRate)
{
    /// <summary>Their scores lie between 0 and 1 too, but are no passes.</summary>
    private static readonly string[] Graded = ["number", "latency", "levenshtein", "rouge_l", "bleu", "triage"];

    public string Title => IsPassRate ? "Pass rate" : "Mean score";

    public string DifferenceTitle => IsPassRate ? "Difference, in points" : "Difference";

    /// <summary>The same as the head of a column.</summary>
    public string DifferenceHead => IsPassRate ? "Difference, points" : "Difference";

    public static ScoreFormat Of(ScorerSpec? scorer) => new(
        scorer?.Judge is { } judge ? judge.IsPassOrFail() : scorer is not null && !Graded.Contains(scorer.Type) && (scorer.Type != "length" || scorer.Min is not null || scorer.Max is not null));

    public string Mean(double? value) => value is not { } number ? Show.None
        : IsPassRate ? string.Create(CultureInfo.InvariantCulture, $"{100 * number:0.0}%")
        : number.ToString(Math.Abs(number) >= 1000 ? "N0" : "0.000", CultureInfo.InvariantCulture);

    /// <summary>With its sign.</summary>
    public string Difference(double? value) => value is not { } number ? Show.None
        : IsPassRate ? string.Create(CultureInfo.InvariantCulture, $"{100 * number:+0.0;−0.0;0.0}")
        : number.ToString("+0.000;−0.000;0.000", CultureInfo.InvariantCulture);

    public string Points(double value) => IsPassRate
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.###} points")
        : value.ToString("0.###", CultureInfo.InvariantCulture);

    public string Interval(ConfidenceInterval? interval) => interval is null ? Show.None : $"{Plain(interval.Lower)} to {Plain(interval.Upper)}";

    public string DifferenceInterval(ConfidenceInterval? interval) => interval is null ? Show.None : $"{Difference(interval.Lower)} to {Difference(interval.Upper)}";

    public string Tick(double value) => (IsPassRate ? 100 * value : value).ToString("0.####", CultureInfo.InvariantCulture) + (IsPassRate ? "%" : "");

    public string DifferenceTick(double value) => (IsPassRate ? 100 * value : value).ToString("+0.####;−0.####;0", CultureInfo.InvariantCulture);

    private string Plain(double value) => IsPassRate
        ? (100 * value).ToString("0.0", CultureInfo.InvariantCulture)
        : value.ToString("0.000", CultureInfo.InvariantCulture);
}
