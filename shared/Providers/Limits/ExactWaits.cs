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
    private const double UnrefusedGrowth = 1.04;
    private const double MostAhead = 1.25;
    private const double LeastBehind = 0.9;
    private const double Slowdown = 1.5;

    // A call may have arrived at any moment between its start and its answer; a time that is measured less exactly than this is none.
    private const double WorstError = 0.25;

    private const double MostLonger = 1.5;

    // This many admitted calls between two refusals weigh as much as all that was known before.
    private const double HalfWeight = 3;

    private double _interval;
    private double _longest;
    private bool _isMeasured;
    private bool _wasIdle;
    private long _lastStart;
    private double _lastPlace;
    private double _lastTook;

    public bool IsKnown => _interval > 0;

    /// <summary>Starts per second.</summary>
    public double Pace { get; private set; }

    /// <summary>Nobody wanted to call for a moment, so the time until the next refusal measures nothing.</summary>
    public void NoteIdle() => _wasIdle = true;

    /// <param name="start">Number of the refused start; those between it and the last refused one were admitted.</param>
    /// <param name="isIsolated">Nothing was refused shortly before.</param>
    /// <param name="took">From its start to its answer.</param>
    public void Note(long start, double startedAt, double took, double? wait, bool isIsolated)
    {
        if (wait is not (> 0 and < LongestWait))
        {
            return;
        }

        _longest = isIsolated ? wait.Value : Math.Max(_longest, wait.Value);
        if (IsKnown && wait > _interval && (Explains(wait) || !_isMeasured))
        {
            // A call is never told to wait for longer than one place takes.
            Become(wait.Value);
        }

        if (start <= _lastStart)
        {
            return;
        }

        var place = startedAt + wait.Value;
        var admitted = start - _lastStart - 1;
        var passed = place - _lastPlace;
        if (IsKnown && _lastStart > 0 && admitted > 0 && !_wasIdle && took + _lastTook <= WorstError * passed)
        {
            Measure(passed / admitted, admitted);
        }

        (_lastStart, _lastPlace, _lastTook, _wasIdle) = (start, place, took, false);
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
        // No wait is longer than the interval; where one seems to be, refused calls were counted as admitted.
        if (interval < 0.8 * _longest)
        {
            return;
        }

        // Calls that come late to a bucket of one token lengthen the measured interval; nothing shortens it.
        var seen = Math.Min(interval, MostLonger * _interval);
        var weight = _isMeasured || seen > _interval ? admitted / (admitted + HalfWeight) : 1;
        Become(_interval + (weight * (seen - _interval)));
        _isMeasured = true;
    }

    /// <summary>As much ahead of the rate as before.</summary>
    private void Become(double interval)
    {
        Pace *= _interval / interval;
        _interval = interval;
    }
}
