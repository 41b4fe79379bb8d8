namespace FunctionsEval.Providers.Limits;

/// <summary>
/// The gate in front of one model of one provider: lets calls out as <see cref="CongestionControl"/> allows, retries before new calls,
/// each in the order of arrival. A call is let in to be prepared, a little ahead of its time, and leaves when its time has come.
/// Thread-safe; a slot is held only while a call is prepared or under way.
/// </summary>
public sealed class AdaptiveConcurrency : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly CongestionControl _control;
    private readonly StartSchedule _schedule;
    private readonly WaitingCalls _retries;
    private readonly WaitingCalls _fresh;
    private readonly WaitingCalls _prepared;
    private readonly LimitChanges _changes = new();
    private readonly ITimer _timer;
    private readonly long _origin;
    private double _armedFor = double.PositiveInfinity;
    private long _starts;
    private long _fullAtStart;
    private int _inFlight;
    private int _notStarted;
    private bool _isClosed;

    public AdaptiveConcurrency(ConcurrencyOptions options, TimeProvider clock)
    {
        _clock = clock;
        _origin = clock.GetTimestamp();
        _control = new CongestionControl(options);
        _schedule = new StartSchedule(_control);
        _retries = new WaitingCalls(_lock);
        _fresh = new WaitingCalls(_lock);
        _prepared = new WaitingCalls(_lock);
        _timer = clock.CreateTimer(static gate => ((AdaptiveConcurrency)gate!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _changes.Add(new LimitChange(clock.GetUtcNow(), _control.Limit, null, "start"));
    }

    public ConcurrencySnapshot Snapshot()
    {
        lock (_lock)
        {
            var paused = TimeSpan.FromSeconds(Math.Max(0, _control.PausedUntil - Now()));
            return new ConcurrencySnapshot(_control.Limit, _inFlight - _prepared.Count, Waiting + _prepared.Count, PaceOrNull(), paused);
        }
    }

    /// <summary>The newest changes of the limit, oldest first; growth in a row counts as one.</summary>
    public IReadOnlyList<LimitChange> Changes()
    {
        lock (_lock)
        {
            return _changes.ToList();
        }
    }

    /// <summary>
    /// Waits for a slot, in which the call is prepared: before it is sent it is to be started. Every permit must be given back by
    /// <see cref="Release"/>, once.
    /// </summary>
    /// <param name="isRetry">Goes before calls that were never sent: half-done work is finished first.</param>
    public ValueTask<CallPermit> AcquireAsync(bool isRetry, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CallPermit>(cancellationToken);
        }

        WaitingCalls.Waiter waiter;
        lock (_lock)
        {
            var now = Now();
            if (Waiting == 0 && MayPrepareAt(now) <= now)
            {
                return ValueTask.FromResult(Grant());
            }

            waiter = (isRetry ? _retries : _fresh).Add();
            Drain(now);
        }

        return waiter.WaitAsync(cancellationToken);
    }

    /// <summary>Waits until a prepared call may leave; it is to be sent at once then. Gives the permit to be released.</summary>
    public ValueTask<CallPermit> StartAsync(CancellationToken cancellationToken)
    {
        WaitingCalls.Waiter waiter;
        lock (_lock)
        {
            var now = Now();
            if (_prepared.Count == 0 && StartAt(now) <= now)
            {
                return ValueTask.FromResult(Start(now));
            }

            waiter = _prepared.Add();
            Drain(now);
        }

        return waiter.WaitAsync(cancellationToken);
    }

    /// <param name="signal">Nothing is learned from a call that was not started.</param>
    public void Release(CallPermit permit, CallSignal signal, TimeSpan? retryAfter)
    {
        lock (_lock)
        {
            var now = Now();
            _inFlight--;
            if (permit.IsStarted)
            {
                Learn(new EndedCall(signal, permit.Start, permit.StartedAt, now, retryAfter?.TotalSeconds));
            }
            else
            {
                _notStarted--;
            }

            Drain(now);
            if (Waiting == 0 && _inFlight < _control.Limit && now >= _control.PausedUntil)
            {
                _control.NoteIdle();
            }
        }
    }

    /// <summary>From now on no call leaves; those under way go on, all others wait until they are cancelled.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }

    public void Dispose() => _timer.Dispose();

    private double Now() => _clock.GetElapsedTime(_origin).TotalSeconds;

    private double? PaceOrNull() => _control.Pace > 0 ? _control.Pace : null;

    /// <summary>Calls that have no slot.</summary>
    private int Waiting => _retries.Count + _fresh.Count;

    private double StartAt(double now) => _isClosed ? double.PositiveInfinity : _schedule.StartAt(now);

    private double MayPrepareAt(double now) => _isClosed || _inFlight >= _control.Limit ? double.PositiveInfinity : _schedule.PrepareAt(now, _notStarted);

    private CallPermit Grant()
    {
        _inFlight++;
        _notStarted++;
        return default;
    }

    private CallPermit Start(double now)
    {
        _notStarted--;
        _starts++;
        _schedule.Started(now);
        if (_inFlight >= _control.Limit)
        {
            _fullAtStart = _starts;
        }

        return new CallPermit(_starts, now);
    }

    private void Learn(in EndedCall call)
    {
        var wasPausedUntil = _control.PausedUntil;
        var reason = _control.Learn(call, _starts, wasFull: call.Start <= _fullAtStart, hasWaiters: Waiting > 0);
        if (_control.PausedUntil > wasPausedUntil)
        {
            _schedule.Paused();
        }

        if (call.Signal == CallSignal.RateLimited && _control.HasExactWaits && call.RetryAfter is { } wait)
        {
            _schedule.RefusedExactly(call.Start, call.StartedAt, wait, _starts);
        }

        if (reason is not null)
        {
            _changes.Add(new LimitChange(_clock.GetUtcNow(), _control.Limit, PaceOrNull(), reason));
        }
    }

    private void Drain(double now)
    {
        while (_prepared.Count > 0 && StartAt(now) is var startAt)
        {
            if (startAt > now)
            {
                Arm(startAt, now);
                break;
            }

            if (_prepared.TryTake(out var prepared))
            {
                prepared.Go(Start(now));
            }
        }

        while (Waiting > 0 && MayPrepareAt(now) is var prepareAt)
        {
            if (prepareAt > now)
            {
                // Nothing to wait for when all slots are taken: the next release drains.
                Arm(prepareAt, now);
                return;
            }

            if (_retries.TryTake(out var waiter) || _fresh.TryTake(out waiter))
            {
                waiter.Go(Grant());
            }
        }
    }

    private void Arm(double at, double now)
    {
        if (at < _armedFor && !double.IsPositiveInfinity(at))
        {
            _armedFor = at;
            _timer.Change(TimeSpan.FromMilliseconds(Math.Min(Math.Ceiling((at - now) * 1000), uint.MaxValue - 1)), Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            _armedFor = double.PositiveInfinity;
            Drain(Now());
        }
    }
}

/// <summary>The right to have one call under way: to prepare it at first, to send it once it has been started.</summary>
public readonly record struct CallPermit
{
    internal CallPermit(long start, double startedAt)
    {
        Start = start;
        StartedAt = startedAt;
    }

    /// <summary>Which start this was, counted over the gate's life from 1; 0 before it is started.</summary>
    internal long Start { get; }

    internal double StartedAt { get; }

    internal bool IsStarted => Start > 0;
}
