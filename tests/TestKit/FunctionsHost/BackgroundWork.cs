namespace FunctionsEval.TestKit.FunctionsHost;

/// <summary>Work that nobody awaits until the host stops; a fault is logged, never lost.</summary>
internal sealed class BackgroundWork(HostLog log) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _running = [];
    private readonly CancellationTokenSource _stop = new();

    public void Start(Func<CancellationToken, Task> work)
    {
        lock (_lock)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            var task = Task.Run(() => RunAsync(work));
            _running.Add(task);
            _ = task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] running;
        await _stop.CancelAsync();
        lock (_lock)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running);
        _stop.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task> work)
    {
        try
        {
            await work(_stop.Token);
        }
        catch (OperationCanceledException e) when (_stop.IsCancellationRequested || e is HostStoppedException)
        {
            // The host stops: what was under way is left as it was.
        }
        catch (Exception e)
        {
            log.Write($"FAULT: {e}");
        }
    }

    private void Forget(Task task)
    {
        lock (_lock)
        {
            _running.Remove(task);
        }
    }
}
