using FunctionsEval.Gates;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>A gate's report for people: a sentence a check, then a table of the comparisons.</summary>
internal static class GateTable
{
    public static void Print(IAnsiConsole console, GateReport report)
    {
        console.Say($"Gate: [bold]{JsonRules.Name(report.Outcome)}[/]");
        console.Say($"{char.ToUpperInvariant(report.Title[0])}{report.Title[1..]}; {report.AcceptableLoss}");
        foreach (var sentence in report.Sentences)
        {
            console.Say($"- {sentence}");
        }

        if (report.Checks.Count > 0)
        {
            console.Write(Comparisons(report));
        }

        foreach (var line in report.Problems.Concat(report.Notes))
        {
            console.Say($"- {line}");
        }
    }

    private static Table Comparisons(GateReport report)
    {
        var names = new ShortNames(report.Checks.SelectMany(check => new[] { check.Variant, check.BaselineVariant }));
        var table = RunReport.NewTable(RunReport.Number(report.Confidence, "P0") + " intervals", "metric", "variant");
        RunReport.AddNumbers(table, ["effect", "interval", "outcome"]);
        foreach (var check in report.Checks)
        {
            table.AddRow(
                Visible.Markup(check.Metric),
                Visible.Markup(names.Of(check.Variant)),
                RunReport.Number(check.Effect),
                check.Interval is { } interval ? $"{RunReport.Number(interval.Lower)} .. {RunReport.Number(interval.Upper)}" : "-",
                $"[bold]{JsonRules.Name(check.Outcome)}[/]");
        }

        return table;
    }
}
