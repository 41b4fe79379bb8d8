using FunctionsEval.Runs.Analysis;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>How many cells of each variant pass, and how often at least one, and every one, of k samples does.</summary>
internal static class PassRateTable
{
    public static Table Of(ScorerStatistics passRate, ShortNames names)
    {
        var most = passRate.PerModel.Max(model => model.Passes?.Select(row => row.K).DefaultIfEmpty(0).Max() ?? 0);
        var table = RunReport.NewTable("Cells that pass", "variant");
        RunReport.AddNumbers(table, ["pass rate", "95% interval"]);
        if (most > 1)
        {
            RunReport.AddNumbers(table, [$"pass@{most}", $"pass^{most}"]);
        }

        foreach (var model in passRate.PerModel)
        {
            var repeated = model.Passes?.FirstOrDefault(row => row.K == most);
            string[] ofSeveral = most > 1 ? [Percent(repeated?.AtLeastOnce), Percent(repeated?.EveryTime)] : [];
            table.AddRow([
                Visible.Markup(names.Of(model.Variant)),
                Percent(model.Mean),
                model.ConfidenceInterval is { } interval ? $"{Percent(interval.Lower)} .. {Percent(interval.Upper)}" : "-",
                .. ofSeveral,
            ]);
        }

        return table;
    }

    private static string Percent(double? share) => share is { } known ? RunReport.Number(100 * known, "F1") + "%" : "-";
}
