using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Pairs;

namespace FunctionsEval.Exports;

/// <summary>A summary in Markdown, as GitHub shows it.</summary>
internal static partial class MarkdownReport
{
    private const int LongestAnswer = 500;

    public static string Of(ReportContent content)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {Plain(content.Run.Name)}").AppendLine();
        foreach (var sentence in content.Sentences)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- **{Plain(sentence)}**");
        }

        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{content.Design}; run `{content.Run.RunId}`.");
        foreach (var (scorer, models) in content.Means)
        {
            Table(text, $"Means by {scorer}", ["variant", "mean", "95% interval", "sd", "samples", "consistency"], models.Select(model => new[]
            {
                model.Variant, ReportContent.Number(model.Mean), ReportContent.Interval(model.ConfidenceInterval), ReportContent.Number(model.StdDev),
                ReportContent.Count(model.SampleCount), ReportContent.Number(model.Consistency),
            }));
        }

        foreach (var metric in content.Corrections)
        {
            Table(text, $"{metric.Metric} corrected by labels", ["variant", "judged", "corrected", "95% interval", "labels"], metric.PerVariant.Select(variant => new[]
            {
                variant.Variant, ReportContent.Number(variant.Judged), ReportContent.Number(variant.Mean), ReportContent.Interval(variant.Interval), ReportContent.Count(variant.Labels),
            }));
            text.AppendLine(Plain(metric.Summary)).AppendLine().AppendLine(Plain(metric.Agreement)).AppendLine();
        }

        foreach (var sentence in content.JudgeSentences)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- {Plain(sentence)}");
        }

        if (content.JudgeSentences.Any())
        {
            text.AppendLine();
        }

        foreach (var (title, names, numbers, rows) in content.PairTables())
        {
            Table(text, title, [.. names, .. numbers], rows);
        }

        foreach (var note in content.Pairwise.SelectMany(PairNotes.Of))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- {Plain(note)}").AppendLine();
        }

        var outcomes = Enum.GetValues<CellOutcome>();
        Table(text, "Outcomes, tokens, time, cost", ["variant", .. outcomes.Select(JsonRules.Name), "tokens in", "tokens out", "median ms", "95% ms", "US dollars"], content.Usage.Select(variant => (string[])
        [
            variant.Variant, .. outcomes.Select(outcome => ReportContent.Count(variant.Outcomes[outcome])), ReportContent.Count(variant.InputTokens), ReportContent.Count(variant.OutputTokens),
            variant.Latency is { } median ? ReportContent.Count(median.MedianMs) : "-", variant.Latency is { } latency ? ReportContent.Count(latency.P95Ms) : "-", ReportContent.Usd(variant.CostUsd),
        ]));
        foreach (var (scenario, answers) in content.Differing)
        {
            Table(
                text,
                $"{scenario.ScenarioId}: means differ by {ReportContent.Number(scenario.Difference)}",
                ["variant", "sample", "score", "answer"],
                answers.Select(answer => new[]
                {
                    answer.Variant.Name, ReportContent.Count(answer.Cell.Address.Sample), ReportContent.Number(answer.Cell.Score), Cut(answer.Text ?? answer.Cell.Error?.Code ?? ""),
                }));
        }

        foreach (var warning in content.Analysis?.Warnings ?? [])
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- {warning.Code}: {Plain(warning.Message)} {Plain(warning.Recommendation)}");
        }

        return text.ToString().ReplaceLineEndings("\n");
    }

    private static void Table(StringBuilder text, string title, string[] heads, IEnumerable<string[]> rows)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"## {Plain(title)}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", heads)} |").AppendLine(CultureInfo.InvariantCulture, $"|{string.Concat(Enumerable.Repeat("---|", heads.Length))}");
        foreach (var row in rows)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row.Select(Plain))} |");
        }

        text.AppendLine();
    }

    private static string Cut(string text) => text.Length <= LongestAnswer ? text : $"{text[..(char.IsHighSurrogate(text[LongestAnswer - 1]) ? LongestAnswer - 1 : LongestAnswer)]}…";

    /// <summary>Text that stays text: no table, link, image, mark-up or HTML comes of it, and it stays on its line.</summary>
    private static string Plain(string text) => Special().Replace(Hidden().Replace(text.ReplaceLineEndings(" "), "\ufffd"), @"\$0");

    [GeneratedRegex(@"[\\`*_\[\]<>|#&~!]|(?<=^\d+)\.|^[-+]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Special();

    [GeneratedRegex(@"[\p{Cc}\uFFFE\uFFFF\u202A-\u202E\u2066-\u2069]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hidden();
}
