using FunctionsEval.Runs.Analysis;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>The comparisons by tag, and without any the means.</summary>
internal static class SliceTable
{
    public static Table Of(IReadOnlyList<TagSlice> slices, ShortNames names) =>
        slices.Any(slice => slice.Comparisons.Count > 0) ? Comparisons(slices, names) : Means(slices, names);

    private static Table Comparisons(IReadOnlyList<TagSlice> slices, ShortNames names)
    {
        var hasMetrics = slices.SelectMany(slice => slice.Comparisons).DistinctBy(comparison => comparison.Metric).Count() > 1;
        var hasControls = slices.SelectMany(slice => slice.Comparisons).DistinctBy(comparison => comparison.Control).Count() > 1;
        var control = slices.SelectMany(slice => slice.Comparisons).First().Control;
        var table = RunReport.NewTable($"By tag{(hasControls ? "" : $", against {names.Of(control)}")}", "tag", "variant", "verdict");
        RunReport.AddNumbers(table, ["effect", "interval", "adj. p", "n"]);
        foreach (var (slice, comparison) in slices.SelectMany(slice => slice.Comparisons, (slice, comparison) => (slice, comparison)))
        {
            table.AddRow(
                Markup.Escape(hasMetrics ? $"{slice.Tag} {comparison.Metric}" : slice.Tag),
                Markup.Escape(hasControls ? $"{names.Of(comparison.Variant)} against {names.Of(comparison.Control)}" : names.Of(comparison.Variant)),
                $"[bold]{comparison.Verdict}[/]",
                RunReport.Number(comparison.Effect),
                comparison.Interval is { } interval ? $"{RunReport.Number(interval.Lower)} .. {RunReport.Number(interval.Upper)}" : "-",
                VerdictReport.PValue(comparison.AdjustedPValue),
                RunReport.Count(comparison.Items));
        }

        return table;
    }

    private static Table Means(IReadOnlyList<TagSlice> slices, ShortNames names)
    {
        var table = RunReport.NewTable("By tag", "tag", "variant");
        RunReport.AddNumbers(table, ["mean", "95% interval", "n"]);
        foreach (var (slice, model) in slices.SelectMany(slice => slice.PerModel, (slice, model) => (slice, model)))
        {
            table.AddRow(
                Markup.Escape(slice.Tag),
                Markup.Escape(names.Of(model.Variant)),
                RunReport.Number(model.Mean),
                model.Interval is { } interval ? $"{RunReport.Number(interval.Lower)} .. {RunReport.Number(interval.Upper)}" : "-",
                RunReport.Count(model.Items));
        }

        return table;
    }
}
