namespace FunctionsEval.TestKit;

/// <summary>A clock that stands still until a test moves it; timers fire, in order, while it is moved.</summary>
public sealed class FakeClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<FakeTimer> _timers = [];
    private DateTimeOffset _now = start;

    public FakeClock()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        var until = GetUtcNow() + by;
        while (true)
        {
            FakeTimer? next;
            lock (_lock)
            {
                next = _timers.Where(timer => timer.DueAt <= until).MinBy(timer => timer.DueAt);
                _now = next?.DueAt > _now ? next.DueAt : next is null ? until : _now;
            }

            if (next is null)
            {
                return;
            }

            next.Fire();
        }
    }

    /// <summary>Moves to the moment at which the next timer fires; false when none is waiting.</summary>
    public bool AdvanceToNextTimer()
    {
        TimeSpan by;
        lock (_lock)
        {
            if (_timers.Count == 0)
            {
                return false;
            }

            by = _timers.Min(timer => timer.DueAt) - _now;
        }

        Advance(by > TimeSpan.Zero ? by : TimeSpan.Zero);
        return true;
    }

    private sealed class FakeTimer(FakeClock clock, Action fire) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset DueAt { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                _period = period;
                if (dueTime >= TimeSpan.Zero)
                {
                    DueAt = clock._now + dueTime;
                    clock._timers.Add(this);
                }
            }

            return true;
        }

        public void Fire()
        {
            Change(_period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan, _period);
            fire();
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
