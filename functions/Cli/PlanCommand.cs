using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FunctionsEval.Labels;
using FunctionsEval.Planning;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>functionseval plan: how many scenarios and samples find an effect, from a pilot run or from given variances.</summary>
internal static class PlanCommand
{
    private static readonly Option<double?> Effect = Number("--effect", "The difference to find, in units of the score (required without --labels)");
    private static readonly Option<string?> Labels = new("--labels") { Description = "Instead: what more labels of people would give this run, learned from those it has; with --metric, --variant, --control, --power", HelpName = "RUN" };
    private static readonly Option<double?> Power = Number("--power", "How often it shall be found (default 0.8)");
    private static readonly Option<double?> Confidence = Number("--confidence", "Of the comparison (default 0.95)");
    private static readonly Option<string?> Pilot = new("--pilot") { Description = "Take the spread of this run", HelpName = "RUN" };
    private static readonly Option<string?> Variant = new("--variant") { Description = "Of the pilot", HelpName = "NAME" };
    private static readonly Option<string?> Control = new("--control") { Description = "Of the pilot", HelpName = "NAME" };
    private static readonly Option<string?> Metric = new("--metric") { Description = "A scorer of the pilot (default: the first)", HelpName = "NAME" };
    private static readonly Option<double?> DifferenceVariance = Number("--difference-variance", "Without a pilot: variance of the true difference over scenarios");
    private static readonly Option<double?> Within = Number("--within", "Without a pilot: variance of one sample around its scenario");
    private static readonly Option<double?> ControlWithin = Number("--control-within", "The same for the control (default: --within)");
    private static readonly Option<double?> ItemsPerCluster = Number("--items-per-cluster", "Without a pilot: scenarios of one cluster (default 1)");
    private static readonly Option<double?> Correlation = Number("--correlation", "Without a pilot: of the differences inside a cluster (default 0)");
    private static readonly Option<int?> Samples = Whole("--samples", "Samples per scenario to plan for (default: the cheapest)");
    private static readonly Option<int?> Items = Whole("--items", "Scenarios at hand: also print the effect that they find");
    private static readonly Option<int?> Comparisons = Whole("--comparisons", "Pairs decided together (default 1)");
    private static readonly Option<int?> Looks = Whole("--looks", "Looks at even distances at which the run may stop, its end among them: also print their price");
    private static readonly Option<bool> Unpaired = new("--unpaired") { Description = "Each variant has scenarios of its own; --difference-variance is the sum of both variances between scenarios then" };
    private static readonly Option<double?> CallsPerCell = Number("--calls-per-cell", "Default: the pilot's, or 1");
    private static readonly Option<double?> CostPerCall = Number("--cost-per-call", "In any currency");
    private static readonly Option<double?> CostPerScenario = Number("--cost-per-scenario", "What a scenario costs beside its calls");
    private static readonly Option<double?> SecondsPerCell = Number("--seconds-per-cell", "Wall time by cells (default: the pilot's)");

    public static Command Create(Terminal terminal)
    {
        var command = new Command("plan", "Tell how many scenarios and samples find a difference, and what that costs")
        {
            Effect, Labels, Power, Confidence, Pilot, Variant, Control, Metric, DifferenceVariance, Within, ControlWithin, ItemsPerCluster, Correlation,
            Samples, Items, Comparisons, Looks, Unpaired, CallsPerCell, CostPerCall, CostPerScenario, SecondsPerCell, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(Labels) is { } labelled)
        {
            return await PlanLabelsAsync(terminal, arguments, labelled, cancellationToken);
        }

        var request = new PlanRequest(
            arguments.GetValue(Effect) ?? throw new UsageException("Option '--effect' is required, unless --labels is given."),
            arguments.GetValue(Power) ?? 0.8,
            arguments.GetValue(Confidence) ?? 0.95,
            arguments.GetValue(Pilot),
            arguments.GetValue(Variant),
            arguments.GetValue(Control),
            arguments.GetValue(Metric),
            arguments.GetValue(DifferenceVariance),
            arguments.GetValue(Within),
            arguments.GetValue(ControlWithin),
            arguments.GetValue(ItemsPerCluster) ?? 1,
            arguments.GetValue(Correlation) ?? 0,
            arguments.GetValue(Samples),
            arguments.GetValue(Items),
            arguments.GetValue(Comparisons) ?? 1,
            arguments.GetValue(CallsPerCell),
            arguments.GetValue(CostPerCall),
            arguments.GetValue(CostPerScenario),
            arguments.GetValue(SecondsPerCell),
            arguments.GetValue(Looks),
            arguments.GetValue(Unpaired));
        var outcome = request.PilotRunId is null && request.Errors() is { Count: 0 }
            ? PlanComparison.PlanGiven(request)
            : await PlanAsync(terminal, arguments, request, cancellationToken);
        switch (outcome)
        {
            case PlanOutcome.Planned(var report):
                Print(terminal, report, arguments);
                return ExitCodes.Completed;
            case PlanOutcome.UnknownRun(var runId):
                throw new UsageException($"run '{runId}' does not exist in this store.");
            case PlanOutcome.Rejected(var errors):
                foreach (var error in errors)
                {
                    terminal.Fail(OptionNames.In(error.Message, arguments), ExitCodes.Usage);
                }

                return ExitCodes.Usage;
            default:
                throw new UnreachableException($"Unhandled {outcome.GetType().Name}");
        }
    }

    private static async Task<int> PlanLabelsAsync(Terminal terminal, ParseResult arguments, string run, CancellationToken cancellationToken)
    {
        await using var program = CommonOptions.OpenExisting(terminal, arguments, mayBeReadOnly: true);
        var request = new LabelPlanRequest(arguments.GetValue(Metric), arguments.GetValue(Variant), arguments.GetValue(Control), arguments.GetValue(Power) ?? 0.8);
        switch (await program.Get<PlanLabels>().PlanAsync((await program.FindRunAsync(run, cancellationToken)).RunId, request, cancellationToken))
        {
            case LabelPlanOutcome.Planned(var plan) when arguments.GetValue(CommonOptions.Json):
                terminal.Out.WriteLine(JsonSerializer.Serialize(plan, LabelsJson.Context.LabelPlan));
                return ExitCodes.Completed;
            case LabelPlanOutcome.Planned(var plan):
                LabelTables.Print(terminal.OutConsole(), plan);
                return ExitCodes.Completed;
            case LabelPlanOutcome.UnknownRun(var runId):
                throw new UsageException($"run '{runId}' does not exist in this store.");
            case LabelPlanOutcome.Rejected(var error):
                throw new UsageException(OptionNames.In(error.Message, arguments));
            case var other:
                throw new UnreachableException($"Unhandled {other.GetType().Name}");
        }
    }

    private static async Task<PlanOutcome> PlanAsync(Terminal terminal, ParseResult arguments, PlanRequest request, CancellationToken cancellationToken)
    {
        // Before a store is opened, for opening makes one.
        if (request.Errors() is { Count: > 0 } errors)
        {
            return new PlanOutcome.Rejected(errors);
        }

        await using var program = CommonOptions.OpenExisting(terminal, arguments, mayBeReadOnly: true);
        var pilot = request.PilotRunId is { } reference ? (await program.FindRunAsync(reference, cancellationToken)).RunId : null;
        return await program.Get<PlanComparison>().PlanAsync(request with { PilotRunId = pilot }, cancellationToken);
    }

    private static void Print(Terminal terminal, PlanReport report, ParseResult arguments)
    {
        if (arguments.GetValue(CommonOptions.Json))
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(report, PlanningJson.Context.PlanReport));
            return;
        }

        var console = terminal.OutConsole();
        if (report.Plan.Items is not null)
        {
            console.Say(
                $"To find a difference of [bold]{Text(report.Effect, "G4")}[/] in {Text(report.Power, "P0")} of the cases: [bold]{Text(report.Plan.Items, "N0")}[/] scenarios{(arguments.GetValue(Unpaired) ? " for each variant" : "")} with [bold]{SamplesOf(report.Plan)}[/] of either variant, {Text(report.Plan.Calls, "N0")} calls");
        }

        if (report.ItemsByUpperSpread is { } safe)
        {
            console.Say($"If the spread is as large as the pilot's {Text(report.Spread.PilotItems, "N0")} scenarios allow (80% upper limit): [bold]{Text(safe, "N0")}[/] scenarios");
        }

        if (report.Looks is { } looks)
        {
            console.Say($"With {looks.Looks} looks: at most [bold]{Text(looks.LargestItems, "N0")}[/] scenarios, on average {Text(looks.ExpectedItems, "N0")} with that difference and {Text(looks.ExpectedItemsWithoutEffect, "N0")} without");
        }

        if (report.DetectableEffect is { } detectable)
        {
            console.Say($"The scenarios at hand find a difference of [bold]{Text(detectable, "G4")}[/]");
        }

        if (report.Curve.Any(point => point.Items is not null))
        {
            var table = RunReport.NewTable("The same power with");
            RunReport.AddNumbers(table, ["samples", "scenarios", "cells", "calls", "cost", "time"]);
            foreach (var point in report.Curve)
            {
                table.AddRow(
                    Text(point.SamplesPerScenario, "N0"), Text(point.Items, "N0"), Text(point.Cells, "N0"), Text(point.Calls, "N0"), Text(point.Cost, "N2"), Time(point.WallSeconds));
            }

            console.Write(table);
        }

        foreach (var note in report.Notes)
        {
            console.Say($"{OptionNames.In(note, arguments)}");
        }
    }

    private static string SamplesOf(PlanPoint plan) => plan.SamplesPerScenario == 1 ? "1 sample" : $"{plan.SamplesPerScenario} samples";

    private static string Time(double? seconds) => seconds switch
    {
        < 60 => Text(seconds, "0.#") + " s",
        < 3_600 => Text(seconds / 60, "0.#") + " min",
        null => "-",
        _ => Text(seconds / 3_600, "#,0.#") + " h",
    };

    private static Option<double?> Number(string name, string description) => new(name) { Description = description, HelpName = "X", CustomParser = NumberParser.Optional<double> };

    private static Option<int?> Whole(string name, string description) => new(name) { Description = description, HelpName = "N", CustomParser = NumberParser.Optional<int> };

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
