using System.CommandLine;
using System.Text.Json;
using FunctionsEval.Comparisons;
using FunctionsEval.Runs.Records;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>functionseval compare BASELINE RUN..: what changed from the first run to the others.</summary>
internal static class CompareCommand
{
    private const int ScenariosShown = 5;

    private static readonly Argument<string[]> Compared = new("run")
    {
        Description = "Two to eight runs, the baseline first: ids, the first characters of them, or 'latest'",
        Arity = new ArgumentArity(2, CompareRuns.MostRuns),
    };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("compare", "Compare runs with the first of them") { Compared, CommonOptions.Data, CommonOptions.Json };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var program = CommonOptions.OpenExisting(terminal, arguments, mayBeReadOnly: true);
        var runs = new List<RunRecord>();
        foreach (var reference in arguments.GetRequiredValue(Compared))
        {
            runs.Add(await program.FindRunAsync(reference, cancellationToken));
        }

        try
        {
            var comparison = await program.Get<CompareRuns>().CompareAsync(runs, cancellationToken);
            if (arguments.GetValue(CommonOptions.Json))
            {
                terminal.Out.WriteLine(JsonSerializer.Serialize(comparison, ComparisonsJson.Context.RunsComparison));
            }
            else
            {
                Print(terminal.OutConsole(), comparison);
            }

            return ExitCodes.Completed;
        }
        catch (ComparisonException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    private static void Print(IAnsiConsole console, RunsComparison comparison)
    {
        foreach (var difference in comparison.Differences)
        {
            console.Say($"[bold]{difference.Summary}[/]");
            console.Say($"  by {difference.Metric}: {difference.Improved} {(difference.Improved == 1 ? "scenario" : "scenarios")} improved, {difference.Worse} became worse, {difference.Unchanged} did not change");
        }

        foreach (var metric in comparison.Runs[0].Means.Select(mean => mean.Metric).Distinct(StringComparer.Ordinal))
        {
            console.Write(Means(comparison, metric));
        }

        foreach (var difference in comparison.Differences.Where(difference => difference.Improved + difference.Worse > 0))
        {
            console.Write(Scenarios(comparison, difference));
        }

        foreach (var note in comparison.Notes)
        {
            console.Say($"- {note}");
        }
    }

    private static Table Means(RunsComparison comparison, string metric)
    {
        var names = new ShortNames(comparison.Runs.SelectMany(run => run.Means.Select(mean => mean.Variant)));
        var table = RunReport.NewTable($"Means by {metric}", "run", "name", "variant");
        table.Columns[0].NoWrap();
        RunReport.AddNumbers(table, ["mean", "scores"]);
        foreach (var run in comparison.Runs)
        {
            foreach (var mean in run.Means.Where(mean => mean.Metric == metric))
            {
                table.AddRow(run.ShortId, Visible.Markup(run.Name), Visible.Markup(names.Of(mean.Variant)), RunReport.Number(mean.Mean), RunReport.Count(mean.Scores));
            }
        }

        return table;
    }

    private static Table Scenarios(RunsComparison comparison, RunDifference difference)
    {
        var shortId = comparison.Runs.First(run => run.RunId == difference.RunId).ShortId;
        var table = RunReport.NewTable($"Largest changes by {difference.Metric}, {difference.Variant} of {shortId}", "scenario", "name");
        RunReport.AddNumbers(table, ["baseline", "now", "change"]);
        foreach (var change in difference.Scenarios.Where(change => change.Difference is not (null or 0)).Take(ScenariosShown))
        {
            table.AddRow(
                Visible.Markup(change.ScenarioId),
                Visible.Markup(change.ScenarioName),
                RunReport.Number(change.Baseline),
                RunReport.Number(change.Mean),
                RunReport.Number(change.Difference, "+0.000;-0.000"));
        }

        return table;
    }
}
