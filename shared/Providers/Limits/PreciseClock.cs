namespace FunctionsEval.Providers.Limits;

/// <summary>
/// The system's clock with timers that fire within about a millisecond of their time. Those of the runtime read a clock that ticks as the
/// kernel does, on Linux every 4 ms as a rule: at 20 calls a second, one by one, that alone loses a twentieth of the quota. One thread
/// serves all timers and sleeps while none is set; a callback must be short.
/// </summary>
internal sealed class PreciseClock : TimeProvider
{
    private static readonly PreciseClock Instance = new();

    private readonly object _lock = new();
    private readonly List<PreciseTimer> _set = [];
    private Thread? _thread;

    private PreciseClock()
    {
    }

    /// <summary>Any clock but the system's is left as it is.</summary>
    public static TimeProvider Of(TimeProvider clock) => ReferenceEquals(clock, System) ? Instance : clock;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new PreciseTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private void Run()
    {
        while (true)
        {
            Next().Fire();
        }
    }

    private PreciseTimer Next()
    {
        lock (_lock)
        {
            while (true)
            {
                var next = _set.MinBy(timer => timer.DueAt);
                if (next is null)
                {
                    Monitor.Wait(_lock);
                    continue;
                }

                var wait = next.DueAt - GetTimestamp();
                if (wait <= 0)
                {
                    _set.Remove(next);
                    return next;
                }

                Monitor.Wait(_lock, (int)Math.Min(int.MaxValue, Math.Ceiling(1000.0 * wait / TimestampFrequency)));
            }
        }
    }

    private void Set(PreciseTimer timer, TimeSpan dueTime)
    {
        lock (_lock)
        {
            _set.Remove(timer);
            if (dueTime >= TimeSpan.Zero)
            {
                timer.DueAt = GetTimestamp() + (long)(dueTime.TotalSeconds * TimestampFrequency);
                _set.Add(timer);
                if (_thread is null)
                {
                    _thread = new Thread(Run) { IsBackground = true, Name = "Precise timers" };
                    _thread.Start();
                }

                Monitor.Pulse(_lock);
            }
        }
    }

    private sealed class PreciseTimer(PreciseClock clock, Action callback) : ITimer
    {
        public long DueAt { get; set; }

        public void Fire() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period > TimeSpan.Zero)
            {
                throw new ArgumentOutOfRangeException(nameof(period), period, "These timers fire once.");
            }

            clock.Set(this, dueTime);
            return true;
        }

        public void Dispose() => clock.Set(this, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
