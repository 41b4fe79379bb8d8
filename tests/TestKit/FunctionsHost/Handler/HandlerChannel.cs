using FunctionsEval.TestKit.FunctionsHost.Configuration;

namespace FunctionsEval.TestKit.FunctionsHost.Handler;

/// <summary>
/// Keeps one handler process alive by the host's rules: exit code 200 is a wish to be restarted, 0 is never restarted, anything else is
/// an error, and the third error within half an hour of the one before stops the host.
/// </summary>
internal sealed class HandlerChannel(
    string scriptRoot, HostJson host, IReadOnlyDictionary<string, string> settings, HandlerConnection connection, HostLog log, TimeProvider clock) : IAsyncDisposable
{
    private const int ErrorsUntilStop = 3;
    private const int WantsRestart = 200;
    private static readonly TimeSpan Ping = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan ErrorsBelongTogether = TimeSpan.FromMinutes(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<DateTimeOffset> _errors = [];
    private volatile TaskCompletionSource<HandlerProcess> _ready = NewReady();
    private HandlerProcess? _process;
    private volatile bool _isRestarting;
    private Task _supervising = Task.CompletedTask;

    /// <summary>Fires when the host gives up.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>How often a handler was started.</summary>
    public int Starts { get; private set; }

    public void Start() => _supervising = Task.Run(SuperviseAsync);

    /// <summary>Calls wait here while a handler starts, at most four times the initialization timeout; then the host shuts down.</summary>
    public async Task<HandlerProcess> ReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _ready.Task.WaitAsync(host.InitializationTimeout * 4, cancellationToken);
        }
        catch (TimeoutException)
        {
            log.Write("The handler did not become ready; shutting down the host.");
            await _stop.CancelAsync();
            throw;
        }
    }

    /// <summary>SIGKILL, as an out-of-memory killer or a test would send it.</summary>
    public async Task KillAsync()
    {
        var process = await _ready.Task;
        process.Kill();
    }

    /// <summary>A restart that the host itself wants, after a timeout: no error, and calls wait from now on.</summary>
    public async Task RestartAsync()
    {
        var process = await _ready.Task;
        _isRestarting = true;
        BecomeUnready();
        process.Kill();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _supervising;
        _stop.Dispose();
    }

    private async Task SuperviseAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!_stop.IsCancellationRequested)
        {
            using var process = _process = HandlerProcess.Start(scriptRoot, host, settings, log);
            Starts++;
            await using var kill = _stop.Token.Register(process.Kill);
            var exit = process.ExitAsync();
            await InitializeAsync(process, exit);
            var code = await exit;
            if (_stop.IsCancellationRequested || !await GoesOnAsync(code))
            {
                break;
            }

            // Until here, calls went to the dead process: the host learns of an exit only by its event.
            BecomeUnready();
        }

        if (_stop.IsCancellationRequested)
        {
            BecomeUnready();
            _ready.TrySetException(new HostStoppedException());
        }
    }

    private async Task InitializeAsync(HandlerProcess process, Task exit)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(host.InitializationTimeout);
        using var timer = new PeriodicTimer(Ping);
        try
        {
            while (!exit.IsCompleted)
            {
                if (await connection.IsListeningAsync(process.Address, limit.Token))
                {
                    _ready.TrySetResult(process);
                    return;
                }

                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            log.Write($"The handler did not answer within {host.InitializationTimeout}.");
            process.Kill();
        }
    }

    private async Task<bool> GoesOnAsync(int code)
    {
        log.Write($"The handler exited with code {code}.");
        switch (code)
        {
            case var _ when _isRestarting:
                _isRestarting = false;
                return true;
            case WantsRestart:
                return true;
            case 0:
                log.Write("Exit code 0: the handler is not started again.");
                return false;
        }

        var now = clock.GetUtcNow();
        if (_errors.Count > 0 && now - _errors[^1] > ErrorsBelongTogether)
        {
            _errors.Clear();
        }

        _errors.Add(now);
        if (_errors.Count < ErrorsUntilStop)
        {
            return true;
        }

        log.Write("Exceeded http worker restart retry count; shutting down the host.");
        await _stop.CancelAsync();
        return false;
    }

    // Whoever waits already goes on waiting on the same promise.
    private void BecomeUnready()
    {
        if (_ready.Task.IsCompleted)
        {
            _ready = NewReady();
        }
    }

    private static TaskCompletionSource<HandlerProcess> NewReady() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
