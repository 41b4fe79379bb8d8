using FunctionsEval.Gates;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>A gate's report for people: a table, and below it the reasons, which would not fit beside it.</summary>
internal static class GateTable
{
    public static void Print(IAnsiConsole console, GateReport report)
    {
        console.MarkupLineInterpolated($"Gate: [bold]{Json.Name(report.Outcome)}[/]");
        console.MarkupLineInterpolated($"Run {report.RunId} against {report.BaselineRunId}; {report.AcceptableLoss}");
        var names = new ShortNames(report.Checks.SelectMany(check => new[] { check.Variant, check.BaselineVariant }));
        var table = RunReport.NewTable(RunReport.Number(report.Confidence, "P0") + " intervals", "metric", "variant");
        RunReport.AddNumbers(table, ["effect", "interval", "outcome"]);
        foreach (var check in report.Checks)
        {
            table.AddRow(
                Markup.Escape(check.Metric),
                Markup.Escape(names.Of(check.Variant)),
                RunReport.Number(check.Effect),
                check.Interval is { } interval ? $"{RunReport.Number(interval.Lower)} .. {RunReport.Number(interval.Upper)}" : "-",
                $"[bold]{Json.Name(check.Outcome)}[/]");
        }

        console.Write(table);
        foreach (var check in report.Checks)
        {
            console.MarkupLineInterpolated($"{names.Of(check.Variant)} against {names.Of(check.BaselineVariant)} by {check.Metric}, {check.Items} scenarios: {check.Reason}");
        }

        foreach (var line in report.Problems.Concat(report.Notes))
        {
            console.MarkupLineInterpolated($"- {line}");
        }
    }
}
