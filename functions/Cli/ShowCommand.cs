using System.CommandLine;
using System.Text.Json;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Cli;

/// <summary>functionseval show [RUN]: what a run compared and what came of it, from its stored analysis.</summary>
internal static class ShowCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("show", "Show what a run compared and what came of it") { CommonOptions.RunOrLatest, CommonOptions.Data, CommonOptions.Json };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var program = CommonOptions.OpenExisting(terminal, arguments, mayBeReadOnly: true);
        var run = await program.FindRunAsync(arguments.GetValue(CommonOptions.RunOrLatest) ?? RunFinder.Latest, cancellationToken);
        var result = await program.ResultOfAsync(run.RunId, TimeSpan.Zero, cancellationToken);
        var usage = await program.Get<MeasureUsage>().OfAsync(run, cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
        {
            var view = RunView.Of(run, await program.Get<Runs.Cells.CellLedger>().CountAsync(run, cancellationToken));
            terminal.Out.WriteLine(JsonSerializer.Serialize(new ShownRun(view, result.Analysis, usage), CliJson.Context.ShownRun));
        }
        else
        {
            RunOverview.Print(terminal, run, result, usage);
        }

        return ExitCodes.Completed;
    }
}
