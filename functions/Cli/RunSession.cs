using FunctionsEval.Local;
using FunctionsEval.Models;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using Microsoft.DurableTask.Client;

namespace FunctionsEval.Cli;

/// <summary>Begins or takes up ONE run, follows it to its end and prints it.</summary>
internal sealed class RunSession(Terminal terminal, LocalProgram program)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a store may fail before the command gives up; the run can be resumed then.</summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(10);

    /// <summary>Starts a new run and follows it.</summary>
    public static Task<int> StartAsync(
        Terminal terminal, Settings settings, bool asJson, Func<LocalProgram, Task<RunRecord>> start, CancellationToken cancellationToken,
        Func<LocalProgram, RunRecord, Task>? atEnd = null) =>
        RunAsync(terminal, settings, asJson, start, cancellationToken, atEnd);

    /// <summary>
    /// Goes on with the run that <paramref name="find"/> gives, once it is this process's. <paramref name="resume"/> changes it and starts it;
    /// it is not called for a run that has ended.
    /// </summary>
    public static Task<int> ResumeAsync(
        Terminal terminal,
        Settings settings,
        bool asJson,
        Func<LocalProgram, Task<RunRecord>> find,
        Func<LocalProgram, RunRecord, Task> resume,
        CancellationToken cancellationToken) =>
        RunAsync(
            terminal,
            settings,
            asJson,
            async program =>
            {
                var run = await find(program);
                if (await program.Get<RunLeases>().AcquireAsync(run.RunId, cancellationToken) is LeaseOutcome.HeldBy(var other))
                {
                    throw new StorageException($"Run '{run.RunId}' is worked on by {other}, in {program.Storage.Description}. " +
                        (run.Status == RunStatus.Paused ? "It is paused there: resume it there, or end that process first." : "It goes on there."));
                }

                await resume(program, run);
                return run;
            },
            cancellationToken);

    private static async Task<int> RunAsync(
        Terminal terminal, Settings settings, bool asJson, Func<LocalProgram, Task<RunRecord>> begin, CancellationToken cancellationToken,
        Func<LocalProgram, RunRecord, Task>? atEnd = null)
    {
        await using var program = LocalProgram.Open(settings, Terminal.Warnings());
        var started = program.Clock.GetTimestamp();
        program.KeepLeases();
        var run = await begin(program);
        var session = new RunSession(terminal, program);
        try
        {
            if (await session.FollowAsync(run, cancellationToken) is { } paused)
            {
                await program.StopAsync();
                terminal.Say($"the run was paused: {paused.TrimEnd('.')}. Go on with: {session.ResumeLine(run)}");
                var halted = await program.ResultOfAsync(run.RunId, program.Clock.GetElapsedTime(started), cancellationToken);
                RunReport.Print(terminal, halted, asJson);
                return ExitCodes.Infrastructure;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await CallsUnderWay.EndAsync(program.Get<ProviderCatalogs>(), program.Get<CellLedger>(), program.Clock, session.SayWaiting);
            await program.StopAsync();
            terminal.Say($"interrupted; nothing is lost. Go on with: {session.ResumeLine(run)}");
            return ExitCodes.Interrupted;
        }

        var result = await program.ResultOfAsync(run.RunId, program.Clock.GetElapsedTime(started), cancellationToken);
        await RunReport.PrintAsync(terminal, program, run, result, asJson, cancellationToken);
        if (atEnd is not null)
        {
            await atEnd(program, run);
        }

        return ExitCodes.Of(result);
    }

    private void SayWaiting(int calls) => terminal.Say(FormattableString.Invariant(
        $"waiting up to {CallsUnderWay.Patience.TotalSeconds} s for {(calls == 1 ? "a call" : $"{calls} calls")} under way; Ctrl+C again stops at once"));

    private string ResumeLine(RunRecord run) => program.Storage.IsLocal
        ? $"{terminal.Program} resume {run.RunId} --data {program.Settings.Storage.DataFolder}"
        : $"{terminal.Program} resume {run.RunId}";

    /// <summary>Null at the end of the run; else why it was paused.</summary>
    private async Task<string?> FollowAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if ((await program.Get<RunStore>().GetAsync(run.RunId, cancellationToken)).Status.IsFinished())
        {
            return null;
        }

        string? paused = null;
        var completion = program.Get<DurableTaskClient>().WaitForInstanceCompletionAsync(run.RunId, getInputsAndOutputs: false, cancellationToken);
        await RunProgressDisplay.ShowAsync(terminal, run.TotalCells, program.Clock, async report =>
        {
            var pause = PollInterval;
            while (await Task.WhenAny(completion, Task.Delay(pause, program.Clock, cancellationToken)) != completion)
            {
                ThrowIfStoreFails(run);
                cancellationToken.ThrowIfCancellationRequested();

                // Counting may take a tenth of the time, no more.
                var before = program.Clock.GetTimestamp();
                report(RunProgress.Of(run, await program.Get<CellLedger>().CountAsync(run, cancellationToken)));
                if (await program.Get<RunStore>().GetAsync(run.RunId, cancellationToken) is { Status: RunStatus.Paused } halted)
                {
                    paused = halted.Course.Reason ?? "Somebody asked for it.";
                    await CallsEndAsync(halted, cancellationToken);
                    return;
                }

                pause = TimeSpan.FromTicks(Math.Max(PollInterval.Ticks, 10 * program.Clock.GetElapsedTime(before).Ticks));
            }

            ThrowIfNotCompleted(run, await completion);
            report(RunProgress.Of(run, await program.Get<CellLedger>().CountAsync(run, cancellationToken)));
        });
        return paused;
    }

    /// <summary>Calls under way when the run was paused: cut off, their answers would be lost.</summary>
    private async Task CallsEndAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var gates = program.Get<ProviderCatalogs>().For(run.Calls.BaseUrl).Gates().Values;
        for (var look = 0; look == 0 || (look < 40 && gates.Any(gate => gate.Snapshot() is { InFlight: > 0 } or { Waiting: > 0 })); look++)
        {
            await Task.Delay(PollInterval, program.Clock, cancellationToken);
        }

        await Task.Delay(PollInterval, program.Clock, cancellationToken);
    }

    private void ThrowIfNotCompleted(RunRecord run, OrchestrationMetadata end)
    {
        if (end.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
        {
            var reason = end.FailureDetails?.ErrorMessage ?? "Another process took the run over.";
            throw new StorageException($"The run stopped: {reason} Go on with: {ResumeLine(run)}");
        }
    }

    private void ThrowIfStoreFails(RunRecord run)
    {
        if (program.Orchestrations.StoreFailure is { } failure && (failure.For > StorePatience || failure.Exception.IsDamaged))
        {
            throw new StorageException(
                failure.Exception.IsDamaged
                    ? failure.Exception.Message
                    : $"{failure.Exception.Message} Nothing that was stored is lost. When the cause is gone, go on with: {ResumeLine(run)}",
                failure.Exception);
        }
    }
}
