using System.CommandLine;
using System.Diagnostics;
using FunctionsEval.Runs;

namespace FunctionsEval.Cli;

/// <summary>functionseval extend RUN: adds samples, scenarios or models to a run that has ended; calls only what is missing.</summary>
internal static class ExtendCommand
{
    private static readonly Argument<string> RunIdArgument = new("runId") { Description = "The run" };
    private static readonly Option<int?> Samples = new("--samples") { Description = "The new number of samples per scenario", HelpName = "N", CustomParser = NumberParser.Optional<int> };
    private static readonly Option<int?> Percentage = new("--percentage") { Description = "The new share of the scenarios", HelpName = "P", CustomParser = NumberParser.Optional<int> };
    private static readonly Option<string[]> Models = new("--add-model") { Description = "A model to add; may be repeated", HelpName = "PROVIDER:MODEL" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("extend", "Add samples, scenarios or models to a run that has ended")
        {
            RunIdArgument, Samples, Percentage, Models, CommonOptions.Budget, CommonOptions.Concurrency, CommonOptions.BaseUrl, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var settings = CommonOptions.SettingsOf(terminal, arguments);
        settings.RequireExistingStore();
        var request = new ExtendRequest(arguments.GetValue(Samples), arguments.GetValue(Percentage), arguments.GetValue(Models), BudgetUsd: arguments.GetValue(CommonOptions.Budget));
        if (request is { SamplesPerScenario: null, SamplePercentage: null, BudgetUsd: null } && request.Added().Count == 0)
        {
            throw new UsageException("give --samples, --percentage, --add-model or --budget: there is nothing to add.");
        }

        return RunSession.StartAsync(terminal, settings, arguments.GetValue(CommonOptions.Json), async program =>
            await program.Get<ExtendRun>().ExtendAsync((await program.FindRunAsync(arguments.GetRequiredValue(RunIdArgument), cancellationToken)).RunId, request, settings.BaseUrl, cancellationToken) switch
            {
                ExtendOutcome.Extended(var run) => run,
                ExtendOutcome.UnknownRun(var runId) => throw new UsageException($"run '{runId}' does not exist in this store."),
                ExtendOutcome.Rejected(var errors) => throw new UsageException(string.Join(" ", errors.Select(error => OptionNames.In(error.Message, arguments)))),
                ExtendOutcome.WrongState(var message) => throw new UsageException(message),
                var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
            }, cancellationToken);
    }
}
