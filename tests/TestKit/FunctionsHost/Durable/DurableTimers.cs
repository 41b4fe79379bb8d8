namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>Timers that are due at a moment; one that is past fires at once.</summary>
internal sealed class DurableTimers(TimeProvider clock) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<ITimer> _timers = [];

    public void At(DateTimeOffset when, Action fire)
    {
        var wait = when - clock.GetUtcNow();
        lock (_lock)
        {
            // Made idle, so that it cannot fire before it is known.
            ITimer? timer = null;
            timer = clock.CreateTimer(_ => Fire(timer!, fire), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timers.Add(timer);
            timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var timer in _timers)
            {
                timer.Dispose();
            }

            _timers.Clear();
        }
    }

    private void Fire(ITimer timer, Action fire)
    {
        lock (_lock)
        {
            if (!_timers.Remove(timer))
            {
                return;
            }
        }

        timer.Dispose();
        fire();
    }
}
