using FunctionsEval.Durable.Engine;
using FunctionsEval.Hosting.StandAlone;
using FunctionsEval.Runs;
using FunctionsEval.Storage;

namespace FunctionsEval.Cli;

/// <summary>Takes the store, starts the engine, begins or takes up ONE run, follows it to its end and prints it.</summary>
internal sealed class RunSession(Terminal terminal, Services services, Settings settings)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a store may refuse writes before the command gives up; the run can be resumed then.</summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(10);

    /// <summary>Starts a new run and follows it.</summary>
    public static Task<int> StartAsync(
        Terminal terminal, Settings settings, bool asJson, Func<Services, Task<RunRecord>> start, CancellationToken cancellationToken) =>
        RunAsync(
            terminal, settings, asJson, _ => Task.FromResult<RunRecord?>(null), (_, _) => Task.CompletedTask, (services, _) => start(services), cancellationToken);

    /// <summary>
    /// Goes on with the run that <paramref name="find"/> gives. <paramref name="prepare"/> is called before the engine takes it up,
    /// <paramref name="resume"/> once it has.
    /// </summary>
    public static Task<int> ResumeAsync(
        Terminal terminal,
        Settings settings,
        bool asJson,
        Func<Services, Task<RunRecord?>> find,
        Func<Services, RunRecord, Task> prepare,
        Func<Services, RunRecord, Task> resume,
        CancellationToken cancellationToken) =>
        RunAsync(
            terminal,
            settings,
            asJson,
            find,
            (services, run) => prepare(services, run!),
            async (services, run) =>
            {
                await resume(services, run!);
                return run!;
            },
            cancellationToken);

    private static async Task<int> RunAsync(
        Terminal terminal,
        Settings settings,
        bool asJson,
        Func<Services, Task<RunRecord?>> find,
        Func<Services, RunRecord?, Task> prepare,
        Func<Services, RunRecord?, Task<RunRecord>> begin,
        CancellationToken cancellationToken)
    {
        using var loggers = Terminal.Warnings();
        await using var services = Services.Open(settings, loggers, isCommand: true);
        var started = services.Clock.GetTimestamp();
        var known = await find(services);

        // The ids of a run's instances begin with its own. Other interrupted runs are left as they are.
        services.Histories.IsTakenUp = instanceId => known is not null && instanceId.StartsWith(known.RunId, StringComparison.Ordinal);
        await using var engine = await EngineHost.StartAsync(services, cancellationToken, () => prepare(services, known));
        var run = await begin(services, known);
        var session = new RunSession(terminal, services, settings);
        try
        {
            if (await session.FollowAsync(run, engine.OwnershipLost, cancellationToken) is { } paused)
            {
                await engine.StopAsync();
                terminal.Error.WriteLine($"functionseval: the run was paused: {paused.TrimEnd('.')}. Go on with: {session.ResumeLine(run)}");
                var halted = await services.ResultOfAsync(run.RunId, services.Clock.GetElapsedTime(started), cancellationToken);
                RunReport.Print(terminal, halted, asJson);
                return ExitCodes.Infrastructure;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await CallsUnderWay.EndAsync(services.Catalogs, services.Clock, session.SayWaiting);
            await engine.StopAsync();
            terminal.Error.WriteLine($"functionseval: interrupted; nothing is lost. Go on with: {session.ResumeLine(run)}");
            return ExitCodes.Interrupted;
        }

        var result = await services.ResultOfAsync(run.RunId, services.Clock.GetElapsedTime(started), cancellationToken);
        await RunReport.PrintAsync(terminal, services, run, result, asJson, cancellationToken);
        return ExitCodes.Of(result);
    }

    private void SayWaiting(int calls) => terminal.Error.WriteLine(FormattableString.Invariant(
        $"functionseval: waiting up to {CallsUnderWay.Patience.TotalSeconds} s for {(calls == 1 ? "a call" : $"{calls} calls")} under way; Ctrl+C again stops at once"));

    private string ResumeLine(RunRecord run) =>
        services.IsLocal ? $"functionseval resume {run.RunId} --data {settings.Storage.DataFolder}" : $"functionseval resume {run.RunId}";

    /// <summary>Null at the end of the run; else why it was paused.</summary>
    private async Task<string?> FollowAsync(RunRecord run, CancellationToken ownershipLost, CancellationToken cancellationToken)
    {
        if (run.Status.IsFinished())
        {
            return null;
        }

        string? paused = null;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ownershipLost);
        var completion = services.Engine.Client.WaitForInstanceCompletionAsync(run.RunId, getInputsAndOutputs: false, ended.Token);
        await RunProgressDisplay.ShowAsync(terminal, run.TotalCells, services.Clock, async report =>
        {
            var pause = PollInterval;
            while (await Task.WhenAny(completion, Task.Delay(pause, services.Clock, ended.Token)) != completion)
            {
                ThrowIfStoreFails(run);
                if (ended.Token.IsCancellationRequested)
                {
                    break;
                }

                // Counting reads one row per 32 items; it may take a tenth of the time, no more.
                var before = services.Clock.GetTimestamp();
                report(RunProgress.Of(run, await services.Cells.CountAsync(run, ended.Token)));
                if (await services.Runs.GetAsync(run.RunId, ended.Token) is { Status: RunStatus.Paused } halted)
                {
                    paused = halted.Reason ?? "Somebody asked for it.";
                    await CallsEndAsync(halted, ended.Token);
                    return;
                }

                pause = TimeSpan.FromTicks(Math.Max(PollInterval.Ticks, 10 * services.Clock.GetElapsedTime(before).Ticks));
            }

            await EndOfAsync(completion, run, cancellationToken);
            report(RunProgress.Of(run, await services.Cells.CountAsync(run, cancellationToken)));
        });
        return paused;
    }

    /// <summary>Calls under way when the run was paused: cut off, their answers would be lost.</summary>
    private async Task CallsEndAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var gates = services.Catalogs.For(run.BaseUrl).Gates().Values;
        for (var look = 0; look == 0 || (look < 40 && gates.Any(gate => gate.Snapshot() is { InFlight: > 0 } or { Waiting: > 0 })); look++)
        {
            await Task.Delay(PollInterval, services.Clock, cancellationToken);
        }

        await Task.Delay(PollInterval, services.Clock, cancellationToken);
    }

    private async Task EndOfAsync(Task completion, RunRecord run, CancellationToken cancellationToken)
    {
        try
        {
            await completion;
        }
        catch (Exception exception) when (exception is EngineStoppedException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            var reason = services.Engine.Completion.Exception?.InnerException?.Message ?? "Another process took over the store.";
            throw new StorageException($"The engine stopped: {reason} Go on with: {ResumeLine(run)}", exception);
        }
    }

    private void ThrowIfStoreFails(RunRecord run)
    {
        if (services.Histories.Failing is { } failing && failing.For > StorePatience)
        {
            throw new StorageException(
                $"{failing.Exception.Message} Nothing that was stored is lost. When the cause is gone, go on with: {ResumeLine(run)}",
                failing.Exception);
        }
    }
}
