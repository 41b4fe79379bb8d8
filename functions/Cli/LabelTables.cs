using System.Globalization;
using FunctionsEval.Labels;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Statistics;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>What labels of people make of a scorer's numbers, and what more of them would.</summary>
internal static class LabelTables
{
    /// <summary>The corrected verdicts in words; they come before all numbers.</summary>
    public static void PrintSentences(IAnsiConsole console, IReadOnlyList<LabelAnalysis> labels)
    {
        foreach (var metric in labels)
        {
            console.Say($"{metric.Summary}");
            foreach (var verdict in metric.Comparisons)
            {
                console.Say($"[bold]{verdict.Summary}[/]");
                if (verdict.Assumption is { } assumption)
                {
                    console.Write(new Padder(new Text(assumption), new Padding(2, 0, 0, 0)));
                }
            }
        }
    }

    public static void Print(IAnsiConsole console, IReadOnlyList<LabelAnalysis> labels, ShortNames names)
    {
        foreach (var metric in labels)
        {
            console.Write(Means(metric, names));
            console.Say($"{metric.Agreement}");
            if (metric.BiasByTag.Count > 0)
            {
                console.Write(Biases(metric));
            }
        }
    }

    public static void Print(IAnsiConsole console, LabelPlan plan)
    {
        var what = plan.Control is null ? $"the mean of {plan.Variant}" : $"the difference of {plan.Variant} and {plan.Control}";
        console.Say($"By {plan.Metric}, {what}: labels of {RunReport.Count(plan.LabelledNow)} of {RunReport.Count(plan.Scenarios)} scenarios give an interval [bold]{RunReport.Number(plan.WidthNow)}[/] wide.");
        console.Say($"Labels of [bold]{RunReport.Count(plan.Enough)}[/] scenarios ({RunReport.Count((long)plan.Enough * plan.AnswersEach)} answers) come within a tenth of what labels of all would give; more are better spent on new scenarios.");
        var table = RunReport.NewTable("With labels of");
        RunReport.AddNumbers(table, ["scenarios", "answers", "interval width", "at most", "labels alone", $"finds in {plan.Power.ToString("P0", CultureInfo.InvariantCulture)}"]);
        foreach (var forecast in plan.Forecasts)
        {
            table.AddRow(
                RunReport.Count(forecast.LabelledUnits),
                RunReport.Count((long)forecast.LabelledUnits * plan.AnswersEach),
                RunReport.Number(forecast.Width),
                RunReport.Number(forecast.WidthAtMost),
                RunReport.Number(forecast.WidthOfLabelsAlone),
                RunReport.Number(forecast.DetectableEffect));
        }

        console.Write(table);
        foreach (var note in plan.Notes)
        {
            console.Say($"{note}");
        }
    }

    private static Table Means(LabelAnalysis metric, ShortNames names)
    {
        var hasRates = metric.PerVariant.Any(variant => variant.ByErrorRates is not null);
        var table = RunReport.NewTable($"{metric.Metric} corrected by labels", "variant");
        RunReport.AddNumbers(table, ["judged", "corrected", "95% interval", "labels", .. hasRates ? ["by error rates"] : Array.Empty<string>()]);
        foreach (var variant in metric.PerVariant)
        {
            string[] cells =
            [
                Visible.Markup(names.Of(variant.Variant)), RunReport.Number(variant.Judged), RunReport.Number(variant.Mean), Interval(variant.Interval), RunReport.Count(variant.Labels),
                .. hasRates ? [Interval(variant.ByErrorRates?.Interval)] : Array.Empty<string>(),
            ];
            table.AddRow(cells);
        }

        return table;
    }

    private static Table Biases(LabelAnalysis metric)
    {
        var table = RunReport.NewTable($"Bias of {metric.Metric} by tag", "tag");
        RunReport.AddNumbers(table, ["score - label", "95% interval", "answers"]);
        foreach (var bias in metric.BiasByTag)
        {
            table.AddRow(Visible.Markup(bias.Tag!), RunReport.Number(bias.Mean), Interval(bias.Interval), RunReport.Count(bias.Cells));
        }

        return table;
    }

    private static string Interval(ConfidenceInterval? interval) => interval is null ? "-" : $"{RunReport.Number(interval.Lower)} .. {RunReport.Number(interval.Upper)}";
}
