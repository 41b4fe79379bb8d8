using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Local;
using FunctionsEval.Models;
using FunctionsEval.Prices;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Records;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>functionseval estimate FILE: what a run would do and cost; calls no model and stores nothing.</summary>
internal static class EstimateCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("estimate", "Tell what a run would do and cost, before it does it")
        {
            RunCommand.File, RunCommand.Samples, RunCommand.Percentage, RunCommand.Seed, RunCommand.Models, CommonOptions.BaseUrl, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    /// <summary>With what earlier runs of the definition used, where there is a store.</summary>
    public static async Task<RunEstimate> EstimateAsync(Settings settings, Definition asked, string definitionId, RunRules rules, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, PastUsage> past = new Dictionary<string, PastUsage>();
        if (settings.Storage.IsLocal && settings.MissingStore() is null)
        {
            await using var program = LocalProgram.Open(settings, Terminal.Warnings(), mayBeReadOnly: true);
            past = await PastUsage.FindAsync(definitionId, asked.AllVariants(), program.Get<RunStore>(), program.Get<CellLedger>(), cancellationToken);
        }

        return EstimateRun.Of(definitionId, asked, rules.PriceOf, past);
    }

    /// <summary>One line: cells, calls and cost.</summary>
    public static string Line(RunEstimate estimate) => string.Create(
        CultureInfo.InvariantCulture,
        $"{estimate.Scenarios:N0} scenarios x {estimate.Variants:N0} variants x {estimate.SamplesPerScenario:N0} samples: {estimate.Cells:N0} cells, {estimate.Calls:N0} calls, {Cost(estimate.CostUsd)}");

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var settings = CommonOptions.SettingsOf(terminal, arguments, arguments.GetRequiredValue(RunCommand.File));
        if (await DefinitionFile.ReadAsync(terminal, arguments.GetRequiredValue(RunCommand.File), settings.Defaults, settings, cancellationToken) is not { } definition)
        {
            return ExitCodes.Usage;
        }

        using var catalogs = new ProviderCatalogs(baseUrl => WithAnyKeys(settings.Providers(baseUrl)), TimeProvider.System);
        var rules = new RunRules(catalogs, PriceTableReader.Load(settings.Prices), settings.ScorerHosts);
        var asked = RunCommand.OverridesOf(arguments).ApplyTo(definition);
        if (rules.Errors(asked, definition.Scenarios.Count, settings.BaseUrl, DefinitionFile.FolderOf(arguments.GetRequiredValue(RunCommand.File)), definition.UseOfImages()) is { Count: > 0 } errors)
        {
            throw new UsageException(string.Join(" ", errors.Select(error => OptionNames.In(error.Message, arguments, givenOnly: true))));
        }

        SayMissingKeys(terminal, settings, asked);
        var estimate = await EstimateAsync(settings, asked, DefinitionJson.IdOf(definition), rules, cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(estimate, RunsJson.Context.RunEstimate));
            return ExitCodes.Completed;
        }

        terminal.Out.WriteLine(Line(estimate));
        terminal.OutConsole().Write(TableOf(estimate));
        return ExitCodes.Completed;
    }

    /// <summary>Nothing is called, so a vendor whose key is not there yet is estimated too.</summary>
    private static ProviderSettings WithAnyKeys(ProviderSettings providers) => new()
    {
        Variables = Vendor.All.Select(vendor => vendor.KeyVariable).Distinct(StringComparer.Ordinal).Where(name => !providers.Variables.ContainsKey(name))
            .Select(name => KeyValuePair.Create(name, "none")).Concat(providers.Variables).ToDictionary(StringComparer.Ordinal),
        BaseUrl = providers.BaseUrl,
    };

    private static void SayMissingKeys(Terminal terminal, Settings settings, Definition asked)
    {
        using var catalogs = new ProviderCatalogs(settings.Providers, TimeProvider.System);
        foreach (var missing in asked.AllVariants().Select(variant => variant.Model).Concat(JudgeModels.NamesOf(asked.Scorers)).Select(catalogs.For(settings.BaseUrl).Resolve)
            .OfType<ProviderResolution.Unsupported>().Select(model => model.Failure.Message).Distinct(StringComparer.Ordinal))
        {
            terminal.Say($"{missing}: a run would need it");
        }
    }

    private static Table TableOf(RunEstimate estimate)
    {
        var names = new ShortNames(estimate.PerModel.Select(model => model.Variant).Concat((estimate.Judges ?? []).Select(judge => judge.Model)));
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("variant");
        RunReport.AddNumbers(table, ["calls", "tokens in", "tokens out", "US dollars", "known from"]);
        foreach (var model in estimate.PerModel)
        {
            table.AddRow(
                Visible.Markup(names.Of(model.Variant)),
                RunReport.Count(model.Calls),
                RunReport.Count(model.InputTokens),
                model.OutputTokens is { } output ? RunReport.Count(output) : "-",
                model.CostUsd?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "unknown",
                model.BasedOnCells > 0 ? $"{RunReport.Count(model.BasedOnCells)} cells" : "its prompts, maxTokens");
        }

        foreach (var judge in estimate.Judges ?? [])
        {
            table.AddRow(
                Visible.Markup($"judge {judge.Scorer}: {names.Of(judge.Model)}"),
                RunReport.Count(judge.Calls),
                RunReport.Count(judge.InputTokens),
                RunReport.Count(judge.OutputTokens),
                judge.CostUsd?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "unknown",
                "questions, answers");
        }

        return table;
    }

    private static string Cost(decimal? usd) => usd is { } known ? string.Create(CultureInfo.InvariantCulture, $"about ${known:0.00##}") : "cost unknown";
}
