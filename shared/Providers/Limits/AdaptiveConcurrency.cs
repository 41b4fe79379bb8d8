namespace FunctionsEval.Providers.Limits;

/// <summary>
/// The gate in front of one model of one provider: lets calls out as <see cref="CongestionControl"/> allows, retries before new calls,
/// each in the order of arrival. Thread-safe; a slot is held only while a call is under way.
/// </summary>
public sealed class AdaptiveConcurrency : IDisposable
{
    private const int KeptChanges = 64;

    // After a pause of the whole gate the first calls leave one by one, so that the vendor is not hit by all of them in one moment.
    private const double ResumeSpacing = 0.01;

    // Timers fire late; so much lateness is caught up with.
    private const double PaceSlack = 0.05;

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly CongestionControl _control;
    private readonly Queue<Waiter> _retries = new();
    private readonly Queue<Waiter> _fresh = new();
    private readonly Queue<LimitChange> _changes = new();
    private readonly ITimer _timer;
    private readonly long _origin;
    private LimitChange? _growth;
    private double _armedFor = double.PositiveInfinity;
    private double _nextStart;
    private int _toStagger;
    private long _grants;
    private long _fullAtGrant;
    private int _inFlight;
    private int _waiting;

    public AdaptiveConcurrency(ConcurrencyOptions options, TimeProvider clock)
    {
        _clock = clock;
        _origin = clock.GetTimestamp();
        _control = new CongestionControl(options);
        _timer = clock.CreateTimer(static gate => ((AdaptiveConcurrency)gate!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Record(new LimitChange(clock.GetUtcNow(), _control.Limit, null, "start"));
    }

    public ConcurrencySnapshot Snapshot()
    {
        lock (_lock)
        {
            var paused = TimeSpan.FromSeconds(Math.Max(0, _control.PausedUntil - Now()));
            return new ConcurrencySnapshot(_control.Limit, _inFlight, _waiting, PaceOrNull(), paused);
        }
    }

    /// <summary>The newest changes of the limit, oldest first; growth in a row counts as one.</summary>
    public IReadOnlyList<LimitChange> Changes()
    {
        lock (_lock)
        {
            return _growth is null ? [.. _changes] : [.. _changes, _growth];
        }
    }

    /// <summary>Waits for a slot. Every permit must be given back by <see cref="Release"/>, once.</summary>
    /// <param name="isRetry">Goes before calls that were never sent: half-done work is finished first.</param>
    public ValueTask<CallPermit> AcquireAsync(bool isRetry, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CallPermit>(cancellationToken);
        }

        Waiter waiter;
        lock (_lock)
        {
            var now = Now();
            if (_waiting == 0 && MayStartAt(now) <= now)
            {
                return ValueTask.FromResult(Grant(now));
            }

            waiter = new Waiter(this);
            (isRetry ? _retries : _fresh).Enqueue(waiter);
            _waiting++;
            Drain(now);
        }

        return waiter.WaitAsync(cancellationToken);
    }

    /// <summary>The call that holds the permit begins only now: what it waited for since is not the vendor's.</summary>
    internal CallPermit Restart(CallPermit permit) => new(permit.Grant, Now());

    public void Release(CallPermit permit, CallSignal signal, TimeSpan? retryAfter)
    {
        lock (_lock)
        {
            var now = Now();
            var full = permit.Grant <= _fullAtGrant;
            _inFlight--;
            var wasPausedUntil = _control.PausedUntil;
            var reason = _control.Learn(
                signal, now, now - permit.StartedAt, retryAfter?.TotalSeconds, permit.Grant, _grants, full, _waiting > 0);
            if (_control.PausedUntil > wasPausedUntil)
            {
                _nextStart = _control.PausedUntil;
                _toStagger = _control.Limit;
            }

            if (signal == CallSignal.RateLimited && _control.HasExactWaits && reason is null && retryAfter is { } wait)
            {
                _nextStart = Math.Max(now + wait.TotalSeconds, _control.PausedUntil);
            }

            if (reason is not null)
            {
                Record(new LimitChange(_clock.GetUtcNow(), _control.Limit, PaceOrNull(), reason));
            }

            Drain(now);
            if (_waiting == 0 && _inFlight < _control.Limit && now >= _control.PausedUntil)
            {
                _control.NoteIdle();
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private double Now() => _clock.GetElapsedTime(_origin).TotalSeconds;

    private double? PaceOrNull() => _control.Pace > 0 ? _control.Pace : null;

    /// <summary>When the next call may start: infinity while all slots are taken, a past time when at once.</summary>
    private double MayStartAt(double now)
    {
        if (_inFlight >= _control.Limit)
        {
            return double.PositiveInfinity;
        }

        var spaced = _control.Pace > 0 || _toStagger > 0 ? _nextStart : now;
        return Math.Max(spaced, _control.PausedUntil);
    }

    private CallPermit Grant(double now)
    {
        _inFlight++;
        if (_control.Pace > 0)
        {
            _nextStart = Math.Max(_nextStart, now - Math.Min(PaceSlack, _control.Slack)) + (1 / _control.Pace);
            _toStagger = 0;
        }
        else if (_toStagger > 0)
        {
            _nextStart = now + ResumeSpacing;
            _toStagger--;
        }

        _grants++;
        if (_inFlight >= _control.Limit)
        {
            _fullAtGrant = _grants;
        }

        return new CallPermit(_grants, now);
    }

    private void Drain(double now)
    {
        while (_waiting > 0)
        {
            var at = MayStartAt(now);
            if (at > now)
            {
                Arm(at, now);
                return;
            }

            var waiter = _retries.TryDequeue(out var retry) ? retry : _fresh.Dequeue();
            if (waiter.IsWaiting)
            {
                _waiting--;
                waiter.Start(Grant(now));
            }
        }
    }

    private void Arm(double at, double now)
    {
        // Nothing to wait for when all slots are taken: the next release drains.
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

    private void Record(LimitChange change)
    {
        if (change.Reason == "grew")
        {
            _growth = change;
            return;
        }

        if (_growth is not null)
        {
            _changes.Enqueue(_growth);
            _growth = null;
        }

        _changes.Enqueue(change);
        while (_changes.Count >= KeptChanges)
        {
            _changes.Dequeue();
        }
    }

    private sealed class Waiter(AdaptiveConcurrency gate)
    {
        private readonly TaskCompletionSource<CallPermit> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Read and changed under the gate's lock only.</summary>
        public bool IsWaiting { get; private set; } = true;

        public void Start(CallPermit permit)
        {
            IsWaiting = false;
            _source.SetResult(permit);
        }

        public async ValueTask<CallPermit> WaitAsync(CancellationToken cancellationToken)
        {
            await using var registration = cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).Cancel(token), this);
            return await _source.Task;
        }

        private void Cancel(CancellationToken cancellationToken)
        {
            lock (gate._lock)
            {
                if (!IsWaiting)
                {
                    return;
                }

                // It stays in its queue until its turn comes and is passed over then.
                IsWaiting = false;
                gate._waiting--;
            }

            _source.SetCanceled(cancellationToken);
        }
    }
}
