using System.Numerics;

namespace FunctionsEval.Providers.Limits;

/// <summary>
/// Decides how many calls may be under way and how fast they may start. The limit doubles per round trip until the first trouble, then
/// grows by one (AIMD: Chiu and Jain 1989, doi:10.1016/0169-7552(89)90019-6). A limit alone cannot hold a rate when calls are short, so
/// a start rate is learned too: from the waits that the vendor says (<see cref="ExactWaits"/>), or else measured (<see cref="MeasuredPace"/>).
/// Not thread-safe; times are seconds on one clock.
/// </summary>
internal sealed class CongestionControl(ConcurrencyOptions options)
{
    /// <summary>The reason of a change that nothing but success brought.</summary>
    public const string Grew = "grew";

    // A refusal here and there is left to the caller's own retry: a gate that stops for each would starve on a vendor with random faults.
    private const int RefusalsInARow = 4;
    private const int FewestOutcomes = 16;
    private const double RefusedShare = 0.2;
    private const double LongRetryAfter = 2;

    private const double FirstPause = 0.25;
    private const double LongestPause = 16;

    // At a vendor that says exact waits a fifth is refused on purpose.
    private const double MostRefusedShare = 0.5;

    private readonly ExactWaits _exact = new();
    private readonly MeasuredPace _measured = new();
    private readonly RefusalHistory _history = new();
    private double _limit = options.Start;
    private bool _slowStart = true;
    private bool _everAdmitted;
    private long _reactedAtStart = -1;
    private double _latency;

    public int Limit => (int)_limit;

    /// <summary>Starts per second; 0 is as fast as they come.</summary>
    public double Pace => _exact.IsKnown ? _exact.Pace : _measured.Pace;

    /// <summary>The vendor's waits are exact: the next call may start just when it says.</summary>
    public bool HasExactWaits => _exact.IsKnown;

    public double PausedUntil { get; private set; }

    /// <summary>The gate had a free slot and nobody to give it to.</summary>
    public void NoteIdle()
    {
        _measured.NoteIdle();
        _exact.NoteIdle();
    }

    /// <param name="newest">Number of the latest start.</param>
    /// <param name="wasFull">The limit was reached when this call started, or later.</param>
    /// <returns>Why the limit changed, or null when it did not.</returns>
    public string? Learn(in EndedCall call, long newest, bool wasFull, bool hasWaiters)
    {
        switch (call.Signal)
        {
            case CallSignal.Abandoned:
                return null;
            case CallSignal.Succeeded or CallSignal.Failed:
                _history.Add(refused: false);
                _measured.Admitted();
                _everAdmitted = true;
                _latency = _latency == 0 ? call.Seconds : (0.9 * _latency) + (0.1 * call.Seconds);
                if (!_exact.IsKnown)
                {
                    _measured.Adjust(call.EndedAt, hasWaiters, _history);
                }
                else if (hasWaiters)
                {
                    _exact.Admitted(hadRefusals: _history.HasRefusalAmongNewest(16));
                }

                return call.Signal == CallSignal.Succeeded && wasFull && call.Start > _reactedAtStart ? Grow() : null;
            default:
                return Refused(call, newest);
        }
    }

    private string? Refused(in EndedCall call, long newest)
    {
        var (now, retryAfter) = (call.EndedAt, call.RetryAfter);
        var isBurst = call.Start <= _reactedAtStart;
        _exact.Note(call.Start, call.StartedAt, call.Seconds, retryAfter, isIsolated: !isBurst && !_history.HasRefusalAmongNewest(4));
        if (isBurst)
        {
            // Sent before the last reaction, so it belongs to the burst that the reaction answered.
            PausedUntil = Math.Max(PausedUntil, now + (retryAfter ?? 0));
            if (!_exact.IsKnown && _exact.Learn())
            {
                _measured.RestartWindow(now);
            }

            return null;
        }

        _history.Add(refused: true);
        var isExpected = _exact.Explains(retryAfter);
        if (isExpected)
        {
            _exact.Refused();
        }
        else
        {
            _measured.Refused(now);
        }

        if (!IsCongested(isExpected, retryAfter))
        {
            return null;
        }

        Adapt(isExpected, now);
        Shrink();
        Pause(now, retryAfter);
        _reactedAtStart = newest;
        _history.Clear();
        return call.Signal == CallSignal.RateLimited ? "rate limited" : "overloaded";
    }

    private bool IsCongested(bool isExpected, double? retryAfter)
    {
        var isOften = _history.Outcomes >= FewestOutcomes
            && _history.Refusals >= (isExpected ? MostRefusedShare : RefusedShare) * _history.Outcomes;
        return isOften
            || (!isExpected
                && (!_everAdmitted || retryAfter >= LongRetryAfter || _history.InARow >= RefusalsInARow));
    }

    private void Adapt(bool isExpected, double now)
    {
        if (isExpected)
        {
            _exact.Yield();
            return;
        }

        if (_exact.IsKnown)
        {
            // The vendor no longer says the exact wait, or one that does not fit: from here on its rate is measured.
            _measured.Become(_exact.Pace, now);
            _exact.Forget();
        }
        else if (_exact.Learn())
        {
            _measured.RestartWindow(now);
        }
        else
        {
            _measured.Measure(now);
        }
    }

    private string? Grow()
    {
        var before = Limit;

        // Up to what the learned rate needs there is no danger in growing fast: the rate holds the quota.
        var isFast = _slowStart || (Pace > 0 && _limit < NeededByPace());
        _limit = Math.Min(options.Max, _limit + (isFast ? 1 : 1 / _limit));
        return Limit > before ? Grew : null;
    }

    private void Shrink()
    {
        var least = Pace > 0 ? NeededByPace() : 1;
        _limit = Math.Max(1, Math.Min(_limit, Math.Max(0.7 * _limit, least)));
        _slowStart = false;
    }

    /// <summary>Little's law: rate times duration is how many calls are under way; half as many again for the spread.</summary>
    private double NeededByPace() => (1.5 * Pace * (_latency + StartSchedule.Lead)) + 1;

    private void Pause(double now, double? retryAfter)
    {
        var ours = Pace > 0 ? Math.Min(1, 2 / Pace) : Math.Min(LongestPause, FirstPause * (1 << Math.Min(_measured.EmptyWindows, 10)));
        var pause = Math.Max(retryAfter ?? 0, Pace > 0 && retryAfter is not null ? 0 : ours);
        PausedUntil = Math.Max(PausedUntil, now + pause);
        _measured.Pause(pause, PausedUntil);
    }
}

/// <summary>Which of the outcomes since the last reaction were refusals; the newest 64 count.</summary>
internal sealed class RefusalHistory
{
    private const int Kept = 64;

    // A bit an outcome, the newest lowest; set where the vendor refused.
    private ulong _refusals;

    public int Outcomes { get; private set; }

    public int Refusals => BitOperations.PopCount(_refusals);

    /// <summary>Refusals in a row, up to now.</summary>
    public int InARow => BitOperations.TrailingZeroCount(~_refusals);

    public bool HasRefusalAmongNewest(int outcomes) => (_refusals & ((1UL << outcomes) - 1)) != 0;

    public void Add(bool refused)
    {
        _refusals = (_refusals << 1) | (refused ? 1UL : 0);
        Outcomes = Math.Min(Kept, Outcomes + 1);
    }

    public void Clear() => (_refusals, Outcomes) = (0, 0);
}
