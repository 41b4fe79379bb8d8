using FunctionsEval.Runs.Analysis;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>The verdicts of a run as a table, and below it why some are inconclusive.</summary>
internal static class VerdictReport
{
    public static void Print(IAnsiConsole console, IReadOnlyList<VariantComparison> comparisons)
    {
        // A table for each control: as a column beside the variants a terminal has no room for it.
        var names = new ShortNames(comparisons.SelectMany(comparison => new[] { comparison.Variant, comparison.Control }));
        var controls = comparisons.GroupBy(comparison => comparison.Control, StringComparer.Ordinal).ToList();
        foreach (var control in controls)
        {
            console.Write(Against(control.Key, control, names));
        }

        foreach (var comparison in comparisons)
        {
            var pair = controls.Count > 1 ? $"{names.Of(comparison.Variant)} against {names.Of(comparison.Control)}" : names.Of(comparison.Variant);
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
                    $"[yellow]{pair} by {comparison.Metric}: answers that needed a second try score {RunReport.Number(shift.Shift)} differently (p {PValue(shift.PValue)}).[/]");
            }
        }
    }

    // No p-value is 0.
    private static string PValue(double? value) => value < 0.0001 ? "< 0.0001" : RunReport.Number(value, "0.####");

    private static Table Against(string control, IEnumerable<VariantComparison> comparisons, ShortNames names)
    {
        var table = RunReport.NewTable($"Verdicts against {control}", "variant", "metric", "verdict");
        table.Columns[^1].NoWrap();
        RunReport.AddNumbers(table, ["effect", "interval", "adj. p"]);
        foreach (var comparison in comparisons)
        {
            table.AddRow(
                Markup.Escape(names.Of(comparison.Variant)),
                Markup.Escape(comparison.Metric),
                $"[bold]{comparison.Verdict}[/]",
                RunReport.Number(comparison.Effect),
                comparison.Interval is { } interval ? $"{RunReport.Number(interval.Lower)} .. {RunReport.Number(interval.Upper)}" : "-",
                PValue(comparison.AdjustedPValue));
        }

        return table;
    }
}
