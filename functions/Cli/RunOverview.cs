using System.Globalization;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>A run with its analysis and what it took, as JSON.</summary>
public sealed record ShownRun(RunView Run, RunAnalysis? Analysis, IReadOnlyList<VariantUsage> Usage);

/// <summary>A stored run for people: what was compared, the report, and beside it the other scorers, outcomes, tokens, time and money.</summary>
internal static class RunOverview
{
    public static void Print(Terminal terminal, RunRecord run, RunResult result, IReadOnlyList<VariantUsage> usage)
    {
        var console = terminal.OutConsole();
        console.Say($"[bold]{run.Name}[/]{string.Concat((run.Tags ?? []).Select(tag => $" #{tag}"))}");
        var samples = run.Sampling.SamplesPerScenario == 1 ? "1 sample" : $"{run.Sampling.SamplesPerScenario.ToString(CultureInfo.InvariantCulture)} samples";
        var scorers = run.AllScorers() is { Count: > 0 } all ? $"scored by {string.Join(", ", all.Select(scorer => scorer.Name))}" : "without a scorer";
        console.Say($"{RunReport.Count(run.Items)} {(run.IsTriage ? "candidates" : "scenarios")} x {RunReport.Count(run.Variants.Count)} variants x {samples}, {scorers}; {Written(run.CreatedAt)}");
        if (run.Calls.BaseUrl is { } url)
        {
            console.Say($"Models were called at {url}");
        }

        if (run.Course.Rescore is { Problem: { } problem } kept)
        {
            console.Say($"The run kept its scores when it was to have others ({string.Join(", ", kept.Scorers.Select(scorer => scorer.Name))}): {problem}");
        }

        RunReport.Print(terminal, result, asJson: false);
        var names = new ShortNames(run.Variants.Select(variant => variant.Name));
        foreach (var scorer in result.Analysis?.OtherScorers ?? [])
        {
            console.Write(RunReport.Means(scorer.Scorer, scorer.PerModel, names));
        }

        console.Write(Outcomes(usage, names));
        console.Write(Costs(usage, names));
    }

    private static string Written(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static Table Outcomes(IReadOnlyList<VariantUsage> usage, ShortNames names)
    {
        var table = RunReport.NewTable("How the cells ended", "variant");
        var outcomes = Enum.GetValues<CellOutcome>();
        RunReport.AddNumbers(table, outcomes.Select(outcome => JsonRules.Name(outcome)));
        foreach (var variant in usage)
        {
            table.AddRow([Visible.Markup(names.Of(variant.Variant)), .. outcomes.Select(outcome => RunReport.Count(variant.Outcomes[outcome]))]);
        }

        return table;
    }

    private static Table Costs(IReadOnlyList<VariantUsage> usage, ShortNames names)
    {
        var table = RunReport.NewTable("Tokens, time of a cell, cost", "variant");
        RunReport.AddNumbers(table, ["in", "out", "median ms", "95% ms", "US dollars"]);
        foreach (var variant in usage)
        {
            table.AddRow(
                Visible.Markup(names.Of(variant.Variant)),
                RunReport.Count(variant.InputTokens),
                RunReport.Count(variant.OutputTokens),
                variant.Latency is { } time ? RunReport.Count(time.MedianMs) : "-",
                variant.Latency is { } latency ? RunReport.Count(latency.P95Ms) : "-",
                variant.CostUsd is { } cost ? cost.ToString("0.0000##", CultureInfo.InvariantCulture) : "-");
        }

        return table;
    }
}
