using FunctionsEval.Runs.Analysis;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>The verdicts of a run: a sentence each, which comes first, then a table with their numbers.</summary>
internal static class VerdictReport
{
    /// <summary>What was found, in words: the comparison, what it rests on, and the answer for these very scenarios.</summary>
    public static void PrintSentences(IAnsiConsole console, IReadOnlyList<VariantComparison> comparisons)
    {
        var hasMetrics = comparisons.DistinctBy(comparison => comparison.Metric).Count() > 1;
        foreach (var comparison in comparisons.Where(comparison => comparison.Summary is not null))
        {
            var metric = hasMetrics ? $"{comparison.Metric}: " : "";
            console.Say($"[bold]{metric}{comparison.Summary!}[/]");
            string?[] more = [comparison.SummaryOnTheseScenarios, comparison.Assumption, .. comparison.Warnings?.Select(warning => $"{warning.Message} {warning.Recommendation}") ?? []];
            foreach (var line in more.OfType<string>())
            {
                console.Write(new Padder(new Text(line), new Padding(2, 0, 0, 0)));
            }
        }
    }

    public static void Print(IAnsiConsole console, IReadOnlyList<VariantComparison> comparisons)
    {
        // A table for each control, and with several scorers for each pair: as columns beside the others a terminal has no room for them.
        var names = new ShortNames(comparisons.SelectMany(comparison => new[] { comparison.Variant, comparison.Control }));
        var controls = comparisons.GroupBy(comparison => comparison.Control, StringComparer.Ordinal).ToList();
        var hasMetrics = comparisons.DistinctBy(comparison => comparison.Metric).Count() > 1;
        foreach (var control in controls)
        {
            if (!hasMetrics)
            {
                console.Write(Table($"Verdicts against {control.Key}", ["variant", "metric"], control, comparison => [names.Of(comparison.Variant), comparison.Metric]));
                continue;
            }

            foreach (var variant in control.GroupBy(comparison => comparison.Variant, StringComparer.Ordinal))
            {
                console.Write(Table($"Verdicts against {control.Key}: {names.Of(variant.Key)}", ["metric"], variant, comparison => [comparison.Metric]));
            }
        }

        foreach (var comparison in comparisons)
        {
            var pair = controls.Count > 1 ? $"{names.Of(comparison.Variant)} against {names.Of(comparison.Control)}" : names.Of(comparison.Variant);
            if (comparison.Bounds is { } bounds)
            {
                console.Say(
                    $"[yellow]{pair} by {comparison.Metric}: {bounds.Missing} scores are missing; with them the effect could be from {RunReport.Number(bounds.Lower)} to {RunReport.Number(bounds.Upper)}.[/]");
            }

            if (comparison.RetryShift is { PValue: <= 0.05 } shift)
            {
                console.Say(
                    $"[yellow]{pair} by {comparison.Metric}: answers that needed a second try score {RunReport.Number(shift.Shift)} differently (p {PValue(shift.PValue)}).[/]");
            }
        }
    }

    // No p-value is 0.
    internal static string PValue(double? value) => value < 0.0001 ? "< 0.0001" : RunReport.Number(value, "0.####");

    private static Table Table(string title, string[] names, IEnumerable<VariantComparison> comparisons, Func<VariantComparison, string[]> namesOf)
    {
        var table = RunReport.NewTable(title, [.. names, "verdict"]);
        table.Columns[^1].NoWrap();
        RunReport.AddNumbers(table, ["effect", "interval", "adj. p"]);
        foreach (var comparison in comparisons)
        {
            table.AddRow([
                .. namesOf(comparison).Select(Visible.Markup),
                $"[bold]{comparison.Verdict}[/]",
                RunReport.Number(comparison.Effect),
                comparison.Interval is { } interval ? $"{RunReport.Number(interval.Lower)} .. {RunReport.Number(interval.Upper)}" : "-",
                PValue(comparison.AdjustedPValue),
            ]);
        }

        return table;
    }
}
