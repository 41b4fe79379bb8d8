using FunctionsEval.Runs.Analysis;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>The verdicts of a run as a table, and below it why some are inconclusive.</summary>
internal static class VerdictReport
{
    public static void Print(IAnsiConsole console, IReadOnlyList<VariantComparison> comparisons)
    {
        // One control is named once; several are a column, or rows and reasons could not be told apart.
        var controls = comparisons.Select(comparison => comparison.Control).Distinct().ToList();
        var table = controls is [var only]
            ? RunReport.NewTable($"Verdicts against {only}", "variant", "metric", "verdict")
            : RunReport.NewTable("Verdicts", "variant", "control", "metric", "verdict");
        RunReport.AddNumbers(table, ["effect", "interval", "adj. p"]);
        foreach (var comparison in comparisons)
        {
            table.AddRow([
                Markup.Escape(comparison.Variant),
                .. controls.Count > 1 ? [Markup.Escape(comparison.Control)] : Array.Empty<string>(),
                Markup.Escape(comparison.Metric),
                $"[bold]{comparison.Verdict}[/]",
                RunReport.Number(comparison.Effect),
                comparison.Interval is { } interval ? $"{RunReport.Number(interval.Lower)} .. {RunReport.Number(interval.Upper)}" : "-",
                RunReport.Number(comparison.AdjustedPValue, "0.####"),
            ]);
        }

        console.Write(table);
        foreach (var comparison in comparisons)
        {
            var pair = controls.Count > 1 ? $"{comparison.Variant} against {comparison.Control}" : comparison.Variant;
            if (comparison.Reason is { } reason)
            {
                console.MarkupLineInterpolated($"{pair} by {comparison.Metric}: {reason}");
            }

            if (comparison.Bounds is { } bounds)
            {
                console.MarkupLineInterpolated(
                    $"[yellow]{pair} by {comparison.Metric}: {bounds.Missing} scores are missing; with them the effect could be from {RunReport.Number(bounds.Lower)} to {RunReport.Number(bounds.Upper)}.[/]");
            }

            if (comparison.RetryShift is { PValue: <= 0.05 } shift)
            {
                console.MarkupLineInterpolated(
                    $"[yellow]{pair} by {comparison.Metric}: answers that needed a second try score {RunReport.Number(shift.Shift)} differently (p {RunReport.Number(shift.PValue, "0.####")}).[/]");
            }
        }
    }
}
