using System.CommandLine;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Local;
using FunctionsEval.Models;
using FunctionsEval.Prices;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Cli;

/// <summary>functionseval run FILE: starts a run of a definition and waits for its end.</summary>
internal static class RunCommand
{
    public static readonly Argument<FileInfo> File = new("file") { Description = "The definition, YAML or JSON; - is standard input" };
    public static readonly Option<int?> Samples = new("--samples") { Description = "Samples per scenario and model, 1..100", HelpName = "N", CustomParser = NumberParser.Optional<int> };
    public static readonly Option<int?> Percentage = new("--percentage") { Description = "Share of the scenarios to run, 1..100", HelpName = "P", CustomParser = NumberParser.Optional<int> };
    public static readonly Option<long?> Seed = new("--seed") { Description = "Which scenarios a percentage picks", HelpName = "N", CustomParser = NumberParser.Optional<long> };
    public static readonly Option<string[]> Models = new("--model")
    {
        Description = "Run these models instead of the definition's; may be repeated",
        HelpName = "PROVIDER:MODEL",
    };

    private static readonly Option<string[]> Tags = new("--tag") { Description = "A word to find the run by; may be repeated", HelpName = "TAG" };

    private static readonly Option<string?> Reuse = new("--reuse")
    {
        Description = "Take over the answers of an earlier run where a model would be sent the same, and call only what is new; latest is the newest run",
        HelpName = "RUN",
    };

    public static readonly Option<bool> AllowUnknownPrice = new("--allow-unknown-price") { Description = "With a budget: call models without a known price, uncounted" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("run", "Run a definition and print its analysis")
        {
            File, Samples, Percentage, Seed, Models, Tags, Reuse, CommonOptions.Yes, CommonOptions.Budget, AllowUnknownPrice,
            CommonOptions.Concurrency, CommonOptions.BaseUrl, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var settings = CommonOptions.SettingsOf(terminal, arguments, arguments.GetRequiredValue(File));
        var images = new ImageFiles(DefinitionFile.FolderOf(arguments.GetRequiredValue(File)));
        var definition = await DefinitionFile.ReadAsync(terminal, arguments.GetRequiredValue(File), settings.Defaults, settings, cancellationToken, images);
        if (definition is null)
        {
            return ExitCodes.Usage;
        }

        var overrides = OverridesOf(arguments) with { CommandFolder = DefinitionFile.FolderOf(arguments.GetRequiredValue(File)) };
        if (RunTags.Error(RunTags.Distinct(overrides.Tags ?? [])) is { } tagError)
        {
            throw new UsageException(tagError.Message);
        }

        // Whatever can be refused is refused before a data folder is taken.
        var reuse = arguments.GetValue(Reuse);
        if (reuse is not null)
        {
            settings.RequireExistingStore();
        }

        using var catalogs = new ProviderCatalogs(settings.Providers, TimeProvider.System);
        var (rules, asked) = (new RunRules(catalogs, PriceTableReader.Load(settings.Prices), settings.ScorerHosts), overrides.ApplyTo(definition));
        if (rules.Errors(asked, definition.Scenarios.Count, settings.BaseUrl, overrides.CommandFolder, definition.UseOfImages()) is { Count: > 0 } errors)
        {
            foreach (var error in errors)
            {
                terminal.Fail(OptionNames.In(error.Message, arguments, givenOnly: true), ExitCodes.Usage);
            }

            return ExitCodes.Usage;
        }

        IReadOnlyList<string> models = [.. asked.AllVariants().Select(variant => variant.Model), .. JudgeModels.NamesOf(asked.Scorers)];
        foreach (var note in RunRules.JudgeNotes(asked.Scorers, asked.AllVariants()))
        {
            terminal.Error.WriteLine(Visible.Text(note));
        }

        if (settings.MovesProviders)
        {
            foreach (var note in rules.RouteNotes(models, settings.BaseUrl))
            {
                terminal.Error.WriteLine(Visible.Text(note));
            }
        }

        if (terminal.CanAsk && !arguments.GetValue(CommonOptions.Yes) && !rules.AreOnThisMachine(models, settings.BaseUrl))
        {
            var estimate = await EstimateCommand.EstimateAsync(settings, asked, DefinitionJson.IdOf(definition), rules, cancellationToken);
            if (estimate.CostUsd != 0 && !terminal.Confirm($"{EstimateCommand.Line(estimate)}{(reuse is null ? "" : " at most: what is reused costs nothing")}. Start?"))
            {
                return ExitCodes.Usage;
            }
        }

        asked = null;
        return await RunSession.StartAsync(terminal, settings, arguments.GetValue(CommonOptions.Json), async program =>
        {
            if (reuse is not null)
            {
                var earlier = await program.FindRunAsync(reuse == RunFinder.Latest ? null : reuse, run => !run.IsTriage, "no run of a definition", cancellationToken);
                overrides = overrides with { Reuse = earlier.RunId };
            }

            await DefinitionFile.StoreImagesAsync(program, images, cancellationToken);
            var definitionId = await program.Get<DefinitionStore>().AddAsync(definition, cancellationToken);

            // Its scenarios are in the store now; there may be a hundred thousand of them.
            definition = null;
            return await program.Get<StartRun>().StartAsync(definitionId, overrides, settings.BaseUrl, cancellationToken) switch
            {
                StartOutcome.Started(var run) => run,
                StartOutcome.Rejected(var refused) => throw new UsageException(string.Join(" ", refused.Select(error => OptionNames.In(error.Message, arguments, givenOnly: true)))),
                _ => throw new InvalidOperationException("A run that was checked a moment ago was refused."),
            };
        }, cancellationToken, (program, run) => SayWhereItIs(terminal, program, run, arguments));
    }

    private static Task SayWhereItIs(Terminal terminal, LocalProgram program, RunRecord run, ParseResult arguments)
    {
        if (!arguments.GetValue(CommonOptions.Json))
        {
            terminal.Say($"its page: {terminal.Program} open {run.RunId}{(program.Storage.IsLocal ? $" --data {program.Settings.Storage.DataFolder}" : "")}");
        }

        return Task.CompletedTask;
    }

    /// <summary>What the options of a run change in its definition; a verb need not have them all.</summary>
    public static RunOverrides OverridesOf(ParseResult arguments) => new(
        arguments.GetValue(Models) is { Length: > 0 } models ? models : null,
        arguments.GetValue(Samples),
        arguments.GetValue(Percentage),
        arguments.GetValue(Seed),
        arguments.CommandResult.Command.Options.Contains(CommonOptions.Budget) ? arguments.GetValue(CommonOptions.Budget) : null,
        arguments.CommandResult.Command.Options.Contains(AllowUnknownPrice) && arguments.GetValue(AllowUnknownPrice),
        arguments.CommandResult.Command.Options.Contains(Tags) ? arguments.GetValue(Tags) : null);
}
