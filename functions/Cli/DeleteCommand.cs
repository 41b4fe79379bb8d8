using System.CommandLine;
using System.Diagnostics;
using FunctionsEval.Local;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Cli;

/// <summary>functionseval delete RUN: deletes a run with its answers, after asking.</summary>
internal static class DeleteCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("delete", "Delete a run with its answers") { CommonOptions.Run, CommonOptions.Yes, CommonOptions.Data };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var program = CommonOptions.OpenExisting(terminal, arguments);
        var run = await program.FindRunAsync(arguments.GetRequiredValue(CommonOptions.Run), cancellationToken);
        if (!arguments.GetValue(CommonOptions.Yes))
        {
            if (!terminal.CanAsk)
            {
                throw new UsageException($"run '{run.RunId}' would be deleted for good: say so with --yes.");
            }

            if (!terminal.Confirm($"Delete run {run.RunId} ({run.Name}, {RunReport.Count(run.TotalCells)} cells) for good?"))
            {
                return ExitCodes.Usage;
            }
        }

        if (!run.Status.IsFinished())
        {
            await CancelAsync(program, run, cancellationToken);
        }

        switch (await program.Get<DeleteRun>().DeleteAsync(run.RunId, cancellationToken))
        {
            case DeleteOutcome.Deleted:
                terminal.Say($"run {run.RunId} is deleted.");
                return ExitCodes.Completed;
            case DeleteOutcome.UnknownRun(var runId):
                throw new UsageException($"run '{runId}' does not exist in this store.");
            case DeleteOutcome.WrongState(var message):
                throw new UsageException(message);
            case var other:
                throw new UnreachableException($"Unhandled {other.GetType().Name}");
        }
    }

    // A run that was left behind unfinished; one that somebody works on is theirs.
    private static async Task CancelAsync(LocalProgram program, RunRecord run, CancellationToken cancellationToken)
    {
        if (await program.Get<RunLeases>().AcquireAsync(run.RunId, cancellationToken) is LeaseOutcome.HeldBy(var other))
        {
            throw new UsageException($"run '{run.RunId}' is worked on by {other}: end or cancel it there first.");
        }

        await program.Get<RunStore>().ChangeAsync(
            run.RunId,
            current => current.Status.IsFinished() ? null : current with
            {
                Status = RunStatus.Cancelled,
                Course = current.Course with { CompletedAt = program.Clock.GetUtcNow(), Executor = null },
            },
            cancellationToken);
    }
}
