namespace FunctionsEval.Providers.Limits;

/// <summary>
/// The rate of a vendor that says exact waits (retry-after-ms). The end of a wait is the moment of the vendor's next place, and each
/// admitted call moves that moment by the time that one call takes to come in: between two refusals the rate can be read off, whatever
/// the size of the vendor's bucket. Not thread-safe; times are seconds on one clock.
/// </summary>
internal sealed class ExactWaits
{
    // Retry-After in whole seconds is no exact wait, and cannot be told from one by its value from here on.
    private const double LongestWait = 1;

    // About one call in five is refused at the pace that these two settle at. That is the price of starts that are not late: at a bucket
    // of one token lateness is quota lost, and an early call costs a retry that leaves exactly when the vendor said.
    private const double Overdrive = 1.0025;
    private const double Underdrive = 0.99;

    // Without a refusal for a while the vendor's rate has grown, or another process has gone.
    private const double UnrefusedGrowth = 1.02;
    private const double MostAhead = 1.25;
    private const double LeastBehind = 0.9;
    private const double Slowdown = 1.5;

    // So many admitted calls between two refusals tell as much as all that was known before.
    private const double HalfWeight = 3;

    private double _interval;
    private double _longest;
    private bool _isMeasured;
    private bool _wasIdle;
    private long _lastStart;
    private double _lastPlace;

    public bool IsKnown => _interval > 0;

    /// <summary>Starts per second.</summary>
    public double Pace { get; private set; }

    /// <summary>Nobody wanted to call for a moment, so the time until the next refusal measures nothing.</summary>
    public void NoteIdle() => _wasIdle = true;

    /// <param name="start">Number of the refused start; those between it and the last refused one were admitted.</param>
    /// <param name="isIsolated">Nothing was refused shortly before.</param>
    public void Note(long start, double startedAt, double? wait, bool isIsolated)
    {
        if (wait is not (> 0 and < LongestWait))
        {
            return;
        }

        _longest = isIsolated ? wait.Value : Math.Max(_longest, wait.Value);
        if (start <= _lastStart)
        {
            return;
        }

        var place = startedAt + wait.Value;
        var admitted = start - _lastStart - 1;
        if (IsKnown && _lastStart > 0 && admitted > 0 && !_wasIdle)
        {
            Measure((place - _lastPlace) / admitted, admitted);
        }

        (_lastStart, _lastPlace, _wasIdle) = (start, place, false);
    }

    /// <summary>For a start, a place comes in as often as the longest wait of a burst takes; false when there was none.</summary>
    public bool Learn()
    {
        _interval = _longest;
        Pace = IsKnown ? 1 / _interval : 0;
        _isMeasured = false;
        return IsKnown;
    }

    /// <summary>True for a refusal that the known rate lets expect.</summary>
    public bool Explains(double? wait) => IsKnown && wait is > 0 && wait <= Slowdown * _interval;

    public void Admitted(bool hadRefusals)
    {
        Pace *= hadRefusals ? Overdrive : UnrefusedGrowth;
        if (Pace > MostAhead / _interval)
        {
            _interval = 1 / Pace;
        }
    }

    public void Refused() => Pace = Math.Max(Pace * Underdrive, LeastBehind / _interval);

    /// <summary>Refused too often for a pace that fits the rate: somebody else takes a part of it.</summary>
    public void Yield()
    {
        _interval *= Slowdown;
        Pace = 1 / _interval;
    }

    public void Forget() => _interval = _longest = 0;

    private void Measure(double interval, long admitted)
    {
        // No wait is longer than the time that one call takes; where it is, refused calls were taken for admitted ones.
        if (interval < 0.8 * _longest)
        {
            return;
        }

        var ahead = Pace * _interval;
        var weight = _isMeasured ? admitted / (admitted + HalfWeight) : 1;
        _interval += weight * (interval - _interval);
        Pace = _isMeasured ? ahead / _interval : 1 / _interval;
        _isMeasured = true;
    }
}
