using System.CommandLine;
using FunctionsEval.Definitions;
using FunctionsEval.Prices;
using FunctionsEval.Runs;

namespace FunctionsEval.Cli;

/// <summary>functionseval run FILE: starts a run of a definition and waits for its end.</summary>
internal static class RunCommand
{
    private static readonly Argument<FileInfo> File = new("file") { Description = "The definition, YAML or JSON" };
    private static readonly Option<int?> Samples = new("--samples") { Description = "Samples per scenario and model, 1..100", HelpName = "N", CustomParser = NumberParser.Optional<int> };
    private static readonly Option<int?> Percentage = new("--percentage") { Description = "Share of the scenarios to run, 1..100", HelpName = "P", CustomParser = NumberParser.Optional<int> };
    private static readonly Option<long?> Seed = new("--seed") { Description = "Which scenarios a percentage picks", HelpName = "N", CustomParser = NumberParser.Optional<long> };
    private static readonly Option<string[]> Models = new("--model")
    {
        Description = "Run these models instead of the definition's; may be repeated",
        HelpName = "PROVIDER:MODEL",
    };

    private static readonly Option<string[]> Tags = new("--tag") { Description = "A word to find the run by; may be repeated", HelpName = "TAG" };

    private static readonly Option<bool> AllowUnknownPrice = new("--allow-unknown-price") { Description = "With a budget: call models without a known price, uncounted" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("run", "Run a definition and print its analysis")
        {
            File, Samples, Percentage, Seed, Models, Tags, CommonOptions.Budget, AllowUnknownPrice,
            CommonOptions.Concurrency, CommonOptions.BaseUrl, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var definition = await DefinitionFile.ReadAsync(terminal, arguments.GetRequiredValue(File), cancellationToken);
        if (definition is null)
        {
            return ExitCodes.Usage;
        }

        var overrides = new RunOverrides(
            arguments.GetValue(Models) is { Length: > 0 } models ? models : null,
            arguments.GetValue(Samples),
            arguments.GetValue(Percentage),
            arguments.GetValue(Seed),
            arguments.GetValue(CommonOptions.Budget),
            arguments.GetValue(AllowUnknownPrice),
            arguments.GetValue(Tags));
        if (RunTags.Error(RunTags.Distinct(overrides.Tags ?? [])) is { } tagError)
        {
            throw new UsageException(tagError.Message);
        }

        // Whatever can be refused is refused before a data folder is taken.
        var settings = CommonOptions.SettingsOf(terminal, arguments);
        using var catalogs = new ProviderCatalogs(settings.Providers, TimeProvider.System);
        var rules = new RunRules(catalogs, PriceTableReader.Load(settings.PriceTable));
        if (rules.Errors(overrides.ApplyTo(definition), definition.Scenarios.Count, settings.BaseUrl) is { Count: > 0 } errors)
        {
            foreach (var error in errors)
            {
                terminal.Fail(OptionNames.In(error.Message, arguments, givenOnly: true), ExitCodes.Usage);
            }

            return ExitCodes.Usage;
        }

        if (settings.BaseUrl is not null)
        {
            foreach (var note in rules.RouteNotes(overrides.ApplyTo(definition).AllVariants(), settings.BaseUrl))
            {
                terminal.Error.WriteLine(note);
            }
        }

        return await RunSession.StartAsync(terminal, settings, arguments.GetValue(CommonOptions.Json), async program =>
        {
            var definitionId = await program.Get<DefinitionStore>().AddAsync(definition, cancellationToken);

            // Its scenarios are in the store now; there may be a hundred thousand of them.
            definition = null;
            return await program.Get<StartRun>().StartAsync(definitionId, overrides, settings.BaseUrl, cancellationToken) is StartOutcome.Started(var run)
                ? run
                : throw new InvalidOperationException("A run that was checked a moment ago was refused.");
        }, cancellationToken);
    }
}
