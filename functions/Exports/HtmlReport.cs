using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Pairs;

namespace FunctionsEval.Exports;

/// <summary>A report in one HTML file: no script, nothing loaded from anywhere, every text from outside escaped.</summary>
internal static class HtmlReport
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1c2430;--soft:#566273;--line:#d5dbe3;--fill:#f5f7fa;--mark:#1f5fbf}
        @media(prefers-color-scheme:dark){:root{--ink:#e8ecf2;--soft:#a5b0bf;--line:#3a4554;--fill:#1b222c;--mark:#7db2ff}body{background:#12171e}}
        body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);max-width:72rem;margin:0 auto;padding:1.5rem}
        h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}p.design{color:var(--soft);margin:0 0 1rem}
        ul.verdicts{list-style:none;padding:0}ul.verdicts li{font-size:1.1rem;border-left:4px solid var(--mark);padding:.25rem .75rem;margin:.5rem 0;background:var(--fill)}
        .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
        td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:0}details{border:1px solid var(--line);border-radius:6px;padding:.5rem .75rem;margin:.5rem 0}
        summary{cursor:pointer}svg{width:100%;min-width:34rem;height:auto;max-width:56rem}svg text{fill:var(--ink);font:13px system-ui,sans-serif}
        """;

    public static string Of(ReportContent content)
    {
        var html = new StringBuilder();
        Raw(html, "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        Raw(html, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        Line(html, $"<title>{Text(content.Run.Name)}</title><style>{Style}</style></head><body>");
        Line(html, $"<h1><bdi>{Text(content.Run.Name)}</bdi></h1><p class=\"design\">{Text(content.Design)}; run {Text(content.Run.RunId)}</p><ul class=\"verdicts\">");
        foreach (var sentence in content.Sentences)
        {
            Line(html, $"<li dir=\"auto\">{Text(sentence)}</li>");
        }

        Raw(html, "</ul>");
        foreach (var (scorer, models) in content.Means)
        {
            Line(html, $"<h2>Means by <bdi>{Text(scorer)}</bdi>, with 95% intervals over scenarios</h2>");
            Line(html, $"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Means by {Text(scorer)}\">{MeansChart.Of([.. models.Where(model => model.Mean is not null)])}</div>");
            Table(html, ["variant"], ["mean", "95% interval", "sd over scenarios", "samples", "consistency"], models.Select(model => (string[])
            [
                model.Variant, ReportContent.Number(model.Mean), ReportContent.Interval(model.ConfidenceInterval), ReportContent.Number(model.StdDev),
                ReportContent.Count(model.SampleCount), ReportContent.Number(model.Consistency),
            ]));
        }

        foreach (var metric in content.Corrections)
        {
            Line(html, $"<h2><bdi>{Text(metric.Metric)}</bdi> corrected by labels</h2><p>{Text(metric.Summary)}</p><p>{Text(metric.Agreement)}</p>");
            Table(html, ["variant"], ["judged", "corrected", "95% interval", "labels"], metric.PerVariant.Select(variant => (string[])
            [
                variant.Variant, ReportContent.Number(variant.Judged), ReportContent.Number(variant.Mean), ReportContent.Interval(variant.Interval), ReportContent.Count(variant.Labels),
            ]));
        }

        foreach (var sentence in content.JudgeSentences)
        {
            Line(html, $"<p dir=\"auto\">{Text(sentence)}</p>");
        }

        foreach (var (title, names, numbers, rows) in content.PairTables())
        {
            Line(html, $"<h2><bdi>{Text(title)}</bdi></h2>");
            Table(html, names, numbers, rows);
        }

        foreach (var note in content.Pairwise.SelectMany(PairNotes.Of))
        {
            Line(html, $"<p><bdi>{Text(note)}</bdi></p>");
        }

        List<CellOutcome> outcomes = [.. Enum.GetValues<CellOutcome>().Where(outcome => outcome == CellOutcome.Scored || content.Usage.Any(variant => variant.Outcomes[outcome] > 0))];
        Raw(html, "<h2>Outcomes, tokens, time and cost</h2>");
        Table(html, ["variant"], [.. outcomes.Select(JsonRules.Name), "tokens in", "tokens out", "median ms", "95% ms", "US dollars"], content.Usage.Select(variant => (string[])
        [
            variant.Variant, .. outcomes.Select(outcome => ReportContent.Count(variant.Outcomes[outcome])), ReportContent.Count(variant.InputTokens), ReportContent.Count(variant.OutputTokens),
            variant.Latency is { } median ? ReportContent.Count(median.MedianMs) : "-", variant.Latency is { } latency ? ReportContent.Count(latency.P95Ms) : "-", ReportContent.Usd(variant.CostUsd),
        ]));
        if (content.Differing.Count > 0)
        {
            Raw(html, "<h2>Where the variants differ most</h2>");
        }

        foreach (var (scenario, answers) in content.Differing)
        {
            Line(html, $"<details><summary><bdi>{Text(scenario.ScenarioId)} {Text(scenario.ScenarioName)}</bdi>: means differ by {ReportContent.Number(scenario.Difference)}</summary>");
            Line(html, $"<pre dir=\"auto\">{Text(answers.Count > 0 ? Asked(answers[0]) : "")}</pre>");
            Answers(html, answers);
            Raw(html, "</details>");
        }

        foreach (var warning in content.Analysis?.Warnings ?? [])
        {
            Line(html, $"<p><strong>Note</strong> {Text(warning.Message)} {Text(warning.Recommendation)}</p>");
        }

        return html.Append("</body></html>\n").ToString();
    }

    /// <summary>Text as HTML shows it; characters that no document may hold become U+FFFD.</summary>
    internal static string Text(string text) => HtmlEncoder.Default.Encode(text);

    private static string Asked(Answer answer) => answer.Transcript is { Turns: [var first, ..] } ? first.ProbePrompt : answer.Scenario.Prompt;

    private static void Answers(StringBuilder html, IReadOnlyList<Answer> answers)
    {
        Raw(html, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">variant</th><th scope=\"col\" class=\"n\">sample</th><th scope=\"col\" class=\"n\">score</th><th scope=\"col\">answer</th></tr></thead><tbody>");
        foreach (var answer in answers)
        {
            var said = answer.Text ?? answer.Cell.Error?.Code ?? "";
            Line(html, $"<tr><td><bdi>{Text(answer.Variant.Name)}</bdi></td><td class=\"n\">{answer.Cell.Address.Sample}</td><td class=\"n\">{ReportContent.Number(answer.Cell.Score)}</td><td><pre dir=\"auto\">{Text(said)}</pre></td></tr>");
        }

        Raw(html, "</tbody></table></div>");
    }

    private static void Table(StringBuilder html, string[] names, string[] numbers, IEnumerable<string[]> rows)
    {
        Line(html, $"<div class=\"scroll\"><table><thead><tr>{string.Concat(names.Select(name => $"<th scope=\"col\">{Text(name)}</th>"))}{string.Concat(numbers.Select(name => $"<th scope=\"col\" class=\"n\">{Text(name)}</th>"))}</tr></thead><tbody>");
        foreach (var row in rows)
        {
            Line(html, $"<tr>{string.Concat(row.Select((cell, index) => index < names.Length ? $"<td><bdi>{Text(cell)}</bdi></td>" : $"<td class=\"n\">{Text(cell)}</td>"))}</tr>");
        }

        Raw(html, "</tbody></table></div>");
    }

    private static void Line(StringBuilder html, FormattableString line) => html.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static void Raw(StringBuilder html, string line) => html.Append(line).Append('\n');
}
