using System.Globalization;
using System.Text.Json;
using FunctionsEval.Local;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Records;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>A run's result on standard output: tables for people, one JSON object for scripts.</summary>
internal static class RunReport
{
    public static void Print(Terminal terminal, RunResult result, bool asJson)
    {
        if (asJson)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(result, CliJson.Context.RunResult));
            return;
        }

        var console = terminal.OutConsole();
        console.Say(
            $"Run [bold]{result.RunId}[/] is [bold]{JsonRules.Name(result.Status)}[/]: {Count(result.Progress.Completed)} of {Count(result.Progress.Total)} cells, {Count(result.Progress.Failed)} failed{(result.Progress.Reused > 0 ? $", {Count(result.Progress.Reused)} reused of run {result.ReusedRun}" : "")}; {Count(result.Calls.Sent)} calls{(result.Calls.Judges > 0 ? $" ({Count(result.Calls.Judges)} to judges)" : "")}, {(result.Calls.Repeated > 0 ? "at most " : "")}{Count(result.Calls.Repeated)} repeated{(result.ElapsedSeconds > 0 ? $"; {Number(result.ElapsedSeconds, "F1")} s" : "")}");
        if (result.Cost is { Usd: not null } cost)
        {
            var rest = cost.UnpricedCells > 0 ? $", {Count(cost.UnpricedCells)} cells without a price not counted" : "";
            console.Say($"Cost {Usd(cost.Usd)}{(cost.JudgeUsd is { } judges ? $", of which judges {Usd(judges)}" : "")}{rest}");
        }

        if (result.Reason is { } reason)
        {
            console.Say($"[yellow]{reason}[/]");
        }

        if (result.StoppedEarly is { } stopped)
        {
            console.Say($"Stopped early: about {Count(stopped.CallsSaved)} calls were saved.");
        }

        if (result.Analysis is { } analysis)
        {
            Print(console, analysis);
        }
        else
        {
            console.Say($"[yellow]There is no analysis: {result.AnalysisError ?? (result.Status.IsFinished() ? "it has no cells" : "the run has not ended")}.[/]");
        }
    }

    /// <summary>Prints a run in the way of its kind.</summary>
    public static Task PrintAsync(Terminal terminal, LocalProgram program, RunRecord run, RunResult result, bool asJson, CancellationToken cancellationToken)
    {
        if (run.Kind == RunRecord.AbTest)
        {
            return AbTestReport.PrintAsync(terminal, program, run, result, asJson, cancellationToken);
        }

        Print(terminal, result, asJson);
        return Task.CompletedTask;
    }

    private static void Print(IAnsiConsole console, RunAnalysis analysis)
    {
        VerdictReport.PrintSentences(console, analysis.Comparisons ?? []);
        LabelTables.PrintSentences(console, analysis.Labels ?? []);
        PairwiseReport.PrintSentences(console, analysis.Pairwise ?? []);
        var names = new ShortNames(analysis.PerModel.Select(model => model.Variant));
        console.Write(Variants(analysis, names));

        if (analysis.PassRate is { } passRate)
        {
            console.Write(PassRateTable.Of(passRate, names));
        }

        // A table of its own: beside the means a terminal has no room for it.
        if (analysis.PerModel.Any(model => model.Invalid + model.Failed > 0))
        {
            console.Write(WithoutScore(analysis, names));
        }

        foreach (var model in analysis.PerModel.Where(model => model.Allocation is not null))
        {
            var gain = model.Allocation!;
            console.Say(
                $"{model.Variant}: {gain.FewestSamples} to {gain.MostSamples} samples a scenario; noise of samples {Number(gain.NoiseVersusEqual, "F2")} of that of equal numbers");
        }

        if (analysis.Comparisons is { Count: > 0 } comparisons)
        {
            VerdictReport.Print(console, comparisons);
        }

        PairwiseReport.Print(console, analysis.Pairwise ?? []);
        LabelTables.Print(console, analysis.Labels ?? [], names);
        if (analysis.Slices is { Count: > 0 } slices)
        {
            console.Write(SliceTable.Of(slices, names));
        }

        if (analysis.MostVariableScenarios.Count > 0)
        {
            console.Write(Scenarios("Most variable scenarios", analysis.MostVariableScenarios));
        }

        // Few scenarios may all be among the most variable; where nothing varies, all are equally stable.
        if (analysis is { MostVariableScenarios.Count: > 0, MostStableScenarios.Count: > 0 })
        {
            console.Write(Scenarios("Most stable scenarios", analysis.MostStableScenarios));
        }

        if (analysis.Judges is { } judges)
        {
            JudgeReport.Print(console, judges);
        }

        foreach (var failure in analysis.Failures ?? [])
        {
            console.Say($"[yellow]{failure.ToString()}[/]");
        }

        foreach (var warning in analysis.Warnings)
        {
            console.Say($"[yellow]{warning.Code}[/] {warning.Message} {warning.Recommendation}");
        }
    }

    private static Table Variants(RunAnalysis analysis, ShortNames names) => Means(analysis.Scorer ?? "answers (no scorer)", analysis.PerModel, names);

    /// <summary>The means of all variants by one scorer.</summary>
    internal static Table Means(string scorer, IReadOnlyList<ModelStatistics> perModel, ShortNames names)
    {
        var areModels = perModel.All(model => model.Variant == model.Model);
        var what = $"{(areModels ? "Models" : "Variants")}{(names.Vendor is { } vendor ? $" of {vendor}" : "")}";
        var table = NewTable($"{what} by {scorer}", areModels ? "model" : "variant");
        AddNumbers(table, ["mean", "95% interval", "sd", "samples", "consistency"]);
        foreach (var model in perModel)
        {
            table.AddRow(
                Visible.Markup(names.Of(model.Variant)),
                Number(model.Mean),
                model.ConfidenceInterval is { } interval ? $"{Number(interval.Lower)} .. {Number(interval.Upper)}" : "-",
                Number(model.StdDev),
                Count(model.SampleCount),
                model.Consistency is null ? "-" : $"{Number(model.Consistency, "F2")} {model.ConsistencyLabel}");
        }

        return table;
    }

    private static Table WithoutScore(RunAnalysis analysis, ShortNames names)
    {
        var table = NewTable("Cells without a score", analysis.PerModel.All(model => model.Variant == model.Model) ? "model" : "variant");
        AddNumbers(table, ["invalid", "failed"]);
        foreach (var model in analysis.PerModel.Where(model => model.Invalid + model.Failed > 0))
        {
            table.AddRow(Visible.Markup(names.Of(model.Variant)), Count(model.Invalid), Count(model.Failed));
        }

        return table;
    }

    private static Table Scenarios(string title, IReadOnlyList<ScenarioVariance> scenarios)
    {
        var table = NewTable(title, "scenario", "name");
        AddNumbers(table, ["sd over samples"]);
        foreach (var scenario in scenarios)
        {
            table.AddRow(Visible.Markup(scenario.ScenarioId), Visible.Markup(scenario.ScenarioName), Number(scenario.StdDev));
        }

        return table;
    }

    internal static Table NewTable(string title, params ReadOnlySpan<string> columns)
    {
        var table = new Table().Title($"[bold]{Visible.Markup(title)}[/]").Border(TableBorder.Simple);
        table.Title!.Style = Style.Plain;
        foreach (var column in columns)
        {
            table.AddColumn(column);
        }

        return table;
    }

    internal static void AddNumbers(Table table, IEnumerable<string> columns)
    {
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        }
    }

    internal static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    internal static string Usd(decimal? value) => value is { } usd ? string.Create(CultureInfo.InvariantCulture, $"${usd:0.######}") : "-";

    internal static string Number(double? value, string format = "F3") => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
