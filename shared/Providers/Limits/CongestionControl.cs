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

    // At a vendor that says the exact wait: a pace that is refused about once in eight calls makes up for starts that come late.
    private const double Overdrive = 1.004;
    private const double Underdrive = 0.97;
    private const double MostRefusedShare = 0.4;

    // Calls that start faster than this need no spacing.
    private const double FastestPace = 1000;

    private double _limit = options.Start;
    private bool _slowStart = true;
    private bool _everAdmitted;
    private ulong _history;
    private int _outcomes;
    private long _reactedAtGrant = -1;
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
    private double _interval;
    private double _measuredAt = double.NaN;

    public int Limit => (int)_limit;

    /// <summary>Starts per second; 0 is as fast as they come.</summary>
    public double Pace => _pace;

    /// <summary>How much lateness of one start the next may catch up with: next to none at a vendor that admits calls one by one.</summary>
    public double Slack => _interval > 0 ? 0 : double.PositiveInfinity;

    /// <summary>The vendor's waits are exact: the next call may start just when it says.</summary>
    public bool HasExactWaits => _interval > 0;

    public double PausedUntil { get; private set; }

    /// <summary>The gate had a free slot and nobody to give it to: what is admitted meanwhile does not measure the quota.</summary>
    public void NoteIdle() => _wasIdle = true;

    /// <param name="grant">Which start this was, counted over the gate's life; <paramref name="lastGrant"/> is the newest.</param>
    /// <returns>Why the limit changed, or null when it did not.</returns>
    public string? Learn(CallSignal signal, double now, double seconds, double? retryAfter, long grant, long lastGrant, bool full, bool hasWaiters)
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
                if (_interval > 0)
                {
                    _pace = Math.Min(_pace * Overdrive, 1.6 / _interval);
                }
                else
                {
                    AdjustPace(now, hasWaiters);
                }

                return signal == CallSignal.Succeeded && full && grant > _reactedAtGrant ? Grow() : null;
            default:
                return Refused(signal, now, retryAfter, grant, lastGrant);
        }
    }

    private string? Refused(CallSignal signal, double now, double? retryAfter, long grant, long lastGrant)
    {
        var isHinted = _interval > 0;
        TakeHint(now, retryAfter);
        if (grant <= _reactedAtGrant)
        {
            // Sent before the last reaction, so it belongs to the burst that the reaction answered.
            PausedUntil = Math.Max(PausedUntil, now + (retryAfter ?? 0));
            return null;
        }

        Remember(refused: true);
        _pace = isHinted ? Math.Max(_pace * Underdrive, 0.9 / _interval) : _pace;
        if (_isSearching)
        {
            // The vendor has just run out, so this is where the next measure starts.
            _isSearching = false;
            _quota = _pace = 0.95 * _pace;
            RestartWindow(now);
        }

        var refusals = BitOperations.PopCount(_history);
        var congested = !_everAdmitted
            || retryAfter >= LongRetryAfter
            || BitOperations.TrailingZeroCount(~_history) >= RefusalsInARow
            || (_outcomes >= FewestOutcomes && refusals >= (isHinted ? MostRefusedShare : RefusedShare) * _outcomes);
        if (!congested)
        {
            return null;
        }

        if (isHinted)
        {
            // The vendor's rate is another one by now: it is learned anew, from this refusal on.
            _interval = 0;
            TakeHint(now, retryAfter);
        }
        else
        {
            MeasureQuota(now);
        }

        Shrink();
        Pause(now, retryAfter);
        _reactedAtGrant = lastGrant;
        _history = 0;
        _outcomes = 0;
        return signal == CallSignal.RateLimited ? "rate limited" : "overloaded";
    }

    /// <summary>
    /// A wait in milliseconds is exact: the time until the vendor's bucket holds one more call. The longest of them is the time that one
    /// call takes to come in, whatever the size of the bucket; so the first burst of refusals tells the rate.
    /// </summary>
    private void TakeHint(double now, double? retryAfter)
    {
        if (retryAfter is not (> 0 and < 1) || retryAfter <= _interval || !double.IsNaN(_measuredAt))
        {
            return;
        }

        _interval = retryAfter.Value;
        _quota = 1 / _interval;
        _pace = 0.98 * _quota;
        RestartWindow(now);
    }

    private string? Grow()
    {
        var before = Limit;

        // Up to what the learned rate needs there is no danger in growing fast: the rate holds the quota.
        var isFast = _slowStart || (_pace > 0 && _limit < NeededByPace());
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

            _measuredAt = now;
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
        var least = _pace > 0 ? NeededByPace() : 1;
        _limit = Math.Max(1, Math.Min(_limit, Math.Max(0.7 * _limit, least)));
        _slowStart = false;
    }

    /// <summary>Little's law: rate times duration is how many calls are under way; half as many again for the spread.</summary>
    private double NeededByPace() => (1.5 * _pace * _latency) + 1;

    private void Pause(double now, double? retryAfter)
    {
        var ours = _pace > 0 ? Math.Min(1, 2 / _pace) : Math.Min(LongestPause, FirstPause * (1 << Math.Min(_emptyReactions, 10)));
        var pause = Math.Max(retryAfter ?? 0, _pace > 0 && retryAfter is not null ? 0 : ours);
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
