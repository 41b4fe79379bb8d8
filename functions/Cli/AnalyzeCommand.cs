using System.CommandLine;
using FunctionsEval.Runs.Activities;

namespace FunctionsEval.Cli;

/// <summary>functionseval analyze [RUNID]: computes the analysis again from the stored cells; calls no model and takes no lock.</summary>
internal static class AnalyzeCommand
{
    private static readonly Argument<string?> RunIdArgument = new("runId")
    {
        Description = "The run; without it the newest one",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("analyze", "Analyze a run again from its stored cells") { RunIdArgument, CommonOptions.Data, CommonOptions.Json };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var program = CommonOptions.OpenExisting(terminal, arguments, mayBeReadOnly: true);
        var started = program.Clock.GetTimestamp();
        var run = await program.FindRunAsync(arguments.GetValue(RunIdArgument), _ => true, "no run", cancellationToken);
        if (run.TotalCells == 0)
        {
            throw new UsageException($"run '{run.RunId}' has nothing to analyze: {run.Course.Reason}");
        }

        var analysis = program.Storage.IsReadOnly
            ? await program.Get<AnalyzeRun>().ComputeAsync(run.RunId, cancellationToken)
            : await program.Get<AnalyzeRun>().AnalyzeAsync(run.RunId, cancellationToken);
        var result = await program.ResultOfAsync(run.RunId, program.Clock.GetElapsedTime(started), cancellationToken) with { Analysis = analysis };
        await RunReport.PrintAsync(terminal, program, run, result, arguments.GetValue(CommonOptions.Json), cancellationToken);
        return ExitCodes.Of(result);
    }
}
