using System.Net;
using FunctionsEval.Agents.Reviews;
using FunctionsEval.Runs.Conversations;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using FunctionsEval.Storage.Connection;
using FunctionsEval.Telemetry;
using Microsoft.DurableTask.Client;

namespace FunctionsEval.Local;

/// <summary>
/// The program on one machine: its parts, the orchestrations in memory, and what keeps the leases of its runs. Opening it does no I/O but
/// opening the store.
/// </summary>
internal sealed partial class LocalProgram : IAsyncDisposable
{
    /// <summary>Six renewals fit into the life of a lease.</summary>
    private static readonly TimeSpan RenewalInterval = RunExecutor.Lifetime / 6;

    /// <summary>So soon the run of a process that was killed goes on: its executor is seen to be gone at once.</summary>
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(5);

    private readonly IAsyncDisposable _owner;
    private readonly CancellationTokenSource _stop = new();
    private readonly ILogger<LocalProgram> _logger;
    private readonly List<Task> _background = [];
    private readonly HashSet<string> _paused = new(StringComparer.Ordinal);

    private LocalProgram(Settings settings, StorageConnection storage, IServiceProvider parts, IAsyncDisposable owner)
    {
        (Settings, Storage, Parts, _owner) = (settings, storage, parts, owner);
        _logger = Get<ILogger<LocalProgram>>();
    }

    public Settings Settings { get; }

    public StorageConnection Storage { get; }

    public IServiceProvider Parts { get; }

    public LocalOrchestrations Orchestrations => Get<LocalOrchestrations>();

    public TimeProvider Clock => Get<TimeProvider>();

    /// <param name="loggers">The program's from now on: it ends with it.</param>
    /// <param name="isCommand">A command works on the runs that it is asked for; a server takes jobs and goes on with every unfinished run.</param>
    /// <param name="mayBeReadOnly">What only reads also works on a data folder that this user may not write.</param>
    public static LocalProgram Open(Settings settings, ILoggerFactory loggers, bool isCommand = true, bool mayBeReadOnly = false)
    {
        var storage = StorageConnection.Open(settings.Storage, mayBeReadOnly);
        var parts = new ServiceCollection()
            .AddLocal(settings, storage, isCommand)
            .AddSingleton(_ => loggers)
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .BuildServiceProvider();
        parts.StartTelemetry(settings.Telemetry, loggers);
        return new LocalProgram(settings, storage, parts, parts);
    }

    /// <summary>The same with a web server, which is not started yet.</summary>
    /// <param name="address">Where to listen; port 0 takes a free one.</param>
    /// <param name="replace">Parts that take the place of the program's own, as a clock.</param>
    public static (LocalProgram Program, WebApplication Web) OpenServer(
        Settings settings, IPEndPoint address, Action<ILoggingBuilder> logging, Action<IServiceCollection>? replace = null)
    {
        // The disk is waited for while the web server is put together.
        var opening = Task.Run(() => StorageConnection.Open(settings.Storage));
        StorageConnection storage = null!;
        var web = Server.Create(settings, address, logging, services =>
        {
            storage = opening.GetAwaiter().GetResult();
            services.AddLocal(settings, storage, isCommand: false);
            replace?.Invoke(services);
        });
        return (new LocalProgram(settings, storage, web.Services, web), web);
    }

    public T Get<T>()
        where T : notnull => Parts.GetRequiredService<T>();

    /// <summary>Starts what keeps the leases of the runs that are worked on.</summary>
    public void KeepLeases() => _background.Add(RepeatAsync(RenewalInterval, KeepLeasesAsync));

    /// <summary>Starts to take jobs, and goes on with every unfinished run that nobody works on, now and whenever one is left behind.</summary>
    public void Serve()
    {
        KeepLeases();
        _background.Add(TakeJobsAsync());
        _background.Add(RepeatAsync(WatchInterval, LookForRunsAsync, atOnce: true));
        _background.Add(Get<Review>().RepeatAsync(_stop.Token));
    }

    /// <summary>Cuts off what is running and leaves its runs to whoever takes them up.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_background).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var running = Orchestrations.Running;
        await Orchestrations.StopAsync();
        foreach (var runId in running)
        {
            try
            {
                await Get<RunLeases>().ReleaseAsync(runId, CancellationToken.None);
            }
            catch (StorageException exception)
            {
                // The lease ends with this process anyway.
                LogNotReleased(exception, runId);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _owner.DisposeAsync();
        await Storage.DisposeAsync();
        _stop.Dispose();
    }

    private async Task TakeJobsAsync()
    {
        var (pipeline, client) = (Get<PipelineQueue>(), Get<DurableTaskClient>());
        await foreach (var job in Get<LocalJobs>().Reader.ReadAllAsync(_stop.Token))
        {
            try
            {
                await pipeline.HandleAsync(job, client, _stop.Token);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // What the job was for is on the run's row, where the next look finds it.
                LogJobFailed(exception, job.Name, job.RunId);
            }
        }
    }

    private Task LookForRunsAsync() => Get<Watchdog>().LookAsync(Get<DurableTaskClient>(), _stop.Token);

    private async Task KeepLeasesAsync()
    {
        foreach (var runId in Orchestrations.Running)
        {
            if (await Get<RunLeases>().RenewAsync(runId, _stop.Token) is not { } run)
            {
                if (await Get<RunStore>().FindAsync(runId, _stop.Token) is { Course.Executor: { } other })
                {
                    LogLost(runId, other.ToString());
                    await Orchestrations.TerminateAsync(runId);
                    Get<RunCatalog>().Forget(runId);
                }
            }
            else if (run.Status == RunStatus.Paused)
            {
                _paused.Add(runId);
            }
            else if (_paused.Remove(runId))
            {
                // Another process may have resumed or cancelled it.
                Orchestrations.Find(runId)?.Raise(RunOrchestration.ResumeEvent, payload: null);
            }
        }
    }

    private async Task RepeatAsync(TimeSpan interval, Func<Task> action, bool atOnce = false)
    {
        using var timer = new PeriodicTimer(interval, Clock);

        // A timer that is gone ends the wait without an exception, which would take a short command a tenth of its time.
        using var end = _stop.Token.Register(timer.Dispose);
        while (atOnce || await timer.WaitForNextTickAsync())
        {
            atOnce = false;
            try
            {
                await action();
            }
            catch (StorageException exception)
            {
                LogStoreAway(exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Run {RunId} was taken over by {Executor}; this process leaves it")]
    private partial void LogLost(string runId, string executor);

    [LoggerMessage(LogLevel.Warning, "Run {RunId} could not be released")]
    private partial void LogNotReleased(Exception exception, string runId);

    [LoggerMessage(LogLevel.Error, "Job {Job} of run {RunId} failed")]
    private partial void LogJobFailed(Exception exception, string job, string runId);

    [LoggerMessage(LogLevel.Warning, "The store cannot be reached; trying again")]
    private partial void LogStoreAway(Exception exception);
}
