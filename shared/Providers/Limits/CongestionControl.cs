using System.Numerics;

namespace FunctionsEval.Providers.Limits;

/// <summary>
/// Decides how many calls may be under way and how fast they may start. The limit doubles per round trip until the first trouble, then
/// grows by one (AIMD: Chiu and Jain 1989, doi:10.1016/0169-7552(89)90019-6). A limit alone cannot hold a rate when calls are short, so
/// a start rate is learned too: between two moments at which the vendor refused, what it admitted over the time passed is its quota.
/// Not thread-safe; times are seconds on one clock.
/// </summary>
internal sealed class CongestionControl(ConcurrencyOptions options)
{
    // A refusal here and there is left to the caller's own retry: a gate that stops for each would starve on a vendor with random faults.
    private const int RefusalsInARow = 4;
    private const int FewestOutcomes = 16;
    private const double RefusedShare = 0.2;
    private const double LongRetryAfter = 2;

    private const double ShortestMeasure = 1;
    private const double FirstPause = 0.25;
    private const double LongestPause = 16;
    private const int MostSearches = 3;

    // At a vendor that says exact waits a fifth is refused on purpose.
    private const double MostRefusedShare = 0.5;

    // Calls that start faster than this need no spacing.
    private const double FastestPace = 1000;

    private readonly ExactWaits _exact = new();
    private double _limit = options.Start;
    private bool _slowStart = true;
    private bool _everAdmitted;
    private ulong _history;
    private int _outcomes;
    private long _reactedAtStart = -1;
    private int _emptyReactions;

    private double _windowStart = double.NaN;
    private long _admitted;
    private bool _wasIdle;

    private double _quota;
    private bool _isSearching;
    private int _searches;
    private double _pausedInWindow;
    private double _pace;
    private double _pacedAt;
    private double _latency;

    public int Limit => (int)_limit;

    /// <summary>Starts per second; 0 is as fast as they come.</summary>
    public double Pace => _exact.IsKnown ? _exact.Pace : _pace;

    /// <summary>The vendor's waits are exact: the next call may start just when it says.</summary>
    public bool HasExactWaits => _exact.IsKnown;

    public double PausedUntil { get; private set; }

    /// <summary>The gate had a free slot and nobody to give it to: what is admitted meanwhile does not measure the quota.</summary>
    public void NoteIdle()
    {
        _wasIdle = true;
        _exact.NoteIdle();
    }

    /// <param name="start">Which start this was, counted over the gate's life; <paramref name="lastStart"/> is the newest.</param>
    /// <returns>Why the limit changed, or null when it did not.</returns>
    public string? Learn(CallSignal signal, double now, double seconds, double? retryAfter, long start, long lastStart, bool full, bool hasWaiters)
    {
        switch (signal)
        {
            case CallSignal.Abandoned:
                return null;
            case CallSignal.Succeeded or CallSignal.Failed:
                Remember(refused: false);
                _admitted++;
                _everAdmitted = true;
                _latency = _latency == 0 ? seconds : (0.9 * _latency) + (0.1 * seconds);
                if (!_exact.IsKnown)
                {
                    AdjustPace(now, hasWaiters);
                }
                else if (hasWaiters)
                {
                    _exact.Admitted(hadRefusals: (_history & 0xFFFF) != 0);
                }

                return signal == CallSignal.Succeeded && full && start > _reactedAtStart ? Grow() : null;
            default:
                return Refused(signal, now, seconds, retryAfter, start, lastStart);
        }
    }

    private string? Refused(CallSignal signal, double now, double seconds, double? retryAfter, long start, long lastStart)
    {
        var isBurst = start <= _reactedAtStart;
        _exact.Note(start, now - seconds, seconds, retryAfter, isIsolated: !isBurst && (_history & 0xF) == 0);
        if (isBurst)
        {
            // Sent before the last reaction, so it belongs to the burst that the reaction answered.
            PausedUntil = Math.Max(PausedUntil, now + (retryAfter ?? 0));
            if (!_exact.IsKnown && _exact.Learn())
            {
                RestartWindow(now);
            }

            return null;
        }

        Remember(refused: true);
        var isExpected = _exact.Explains(retryAfter);
        if (isExpected)
        {
            _exact.Refused();
        }
        else if (_isSearching)
        {
            // The vendor has just run out, so this is where the next measure starts.
            _isSearching = false;
            _quota = _pace = 0.95 * _pace;
            RestartWindow(now);
        }

        if (!IsCongested(isExpected, retryAfter))
        {
            return null;
        }

        Adapt(isExpected, now);
        Shrink();
        Pause(now, retryAfter);
        _reactedAtStart = lastStart;
        _history = 0;
        _outcomes = 0;
        return signal == CallSignal.RateLimited ? "rate limited" : "overloaded";
    }

    private bool IsCongested(bool isExpected, double? retryAfter)
    {
        var refusals = BitOperations.PopCount(_history);
        var isOften = _outcomes >= FewestOutcomes && refusals >= (isExpected ? MostRefusedShare : RefusedShare) * _outcomes;
        return isOften
            || (!isExpected
                && (!_everAdmitted || retryAfter >= LongRetryAfter || BitOperations.TrailingZeroCount(~_history) >= RefusalsInARow));
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
            _quota = _pace = _exact.Pace;
            _exact.Forget();
            RestartWindow(now);
        }
        else if (_exact.Learn())
        {
            RestartWindow(now);
        }
        else
        {
            MeasureQuota(now);
        }
    }

    private string? Grow()
    {
        var before = Limit;

        // Up to what the learned rate needs there is no danger in growing fast: the rate holds the quota.
        var isFast = _slowStart || (Pace > 0 && _limit < NeededByPace());
        _limit = Math.Min(options.Max, _limit + (isFast ? 1 : 1 / _limit));
        return Limit > before ? "grew" : null;
    }

    private void MeasureQuota(double now)
    {
        var seconds = now - _windowStart;
        if (double.IsNaN(seconds))
        {
            RestartWindow(now);
        }
        else if (seconds >= ShortestMeasure)
        {
            if (_admitted > 0 && !_wasIdle)
            {
                // What the vendor would have admitted during our own pauses is missing: then it is a lower bound, and the rate at
                // which it refused is an upper one.
                var measured = _admitted / seconds;
                var isAtLeast = _pausedInWindow > 0.2 * seconds;
                _quota = isAtLeast && _pace > measured ? Math.Sqrt(measured * _pace) : Math.Max(measured, _quota / 2);
                _isSearching = isAtLeast && _searches++ < MostSearches;
                _pace = 0.98 * _quota;
            }
            else
            {
                _pace *= 0.8;
            }

            RestartWindow(now);
        }
    }

    private void RestartWindow(double now)
    {
        _emptyReactions = _admitted == 0 && !double.IsNaN(_windowStart) ? _emptyReactions + 1 : 0;
        _windowStart = now;
        _admitted = 0;
        _pausedInWindow = 0;
        _wasIdle = false;
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
        var ours = Pace > 0 ? Math.Min(1, 2 / Pace) : Math.Min(LongestPause, FirstPause * (1 << Math.Min(_emptyReactions, 10)));
        var pause = Math.Max(retryAfter ?? 0, Pace > 0 && retryAfter is not null ? 0 : ours);
        _pausedInWindow += pause;
        PausedUntil = Math.Max(PausedUntil, now + pause);
        _pacedAt = PausedUntil;
    }

    private void AdjustPace(double now, bool hasWaiters)
    {
        if (_pace > 0 && hasWaiters)
        {
            var growth = this switch
            {
                _ when _isSearching => 0.5,
                _ when BitOperations.PopCount(_history) >= 5 => -0.02,
                _ when (_history & 0xFFFF) != 0 => 0,
                _ when _pace < 1.03 * _quota => 0.01,
                _ => 0.05,
            };
            _pace = Math.Max(_pace * Math.Exp(growth * Math.Max(0, now - _pacedAt)), Math.Min(_pace, 0.95 * _quota));
            if (_pace > (_isSearching ? FastestPace : 8 * _quota))
            {
                _pace = 0;
            }
        }

        _pacedAt = Math.Max(_pacedAt, now);
    }

    private void Remember(bool refused)
    {
        _history = (_history << 1) | (refused ? 1UL : 0);
        _outcomes = Math.Min(64, _outcomes + 1);
    }
}
