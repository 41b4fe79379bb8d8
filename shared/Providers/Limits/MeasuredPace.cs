namespace FunctionsEval.Providers.Limits;

/// <summary>
/// The rate of a vendor that says no exact waits, and how fast calls may start by it. Between two moments at which the vendor refused,
/// what it admitted over the time passed is its quota. Not thread-safe; times are seconds on one clock.
/// </summary>
internal sealed class MeasuredPace
{
    private const double ShortestMeasure = 1;
    private const int MostSearches = 3;

    // Calls that start faster than this need no spacing.
    private const double FastestPace = 1000;

    private double _quota;
    private double _pacedAt;
    private bool _isSearching;
    private int _searches;

    private double _windowStart = double.NaN;
    private long _admitted;
    private double _paused;
    private bool _wasIdle;

    /// <summary>Starts per second; 0 is as fast as they come.</summary>
    public double Pace { get; private set; }

    /// <summary>Windows in a row in which the vendor admitted nothing.</summary>
    public int EmptyWindows { get; private set; }

    /// <summary>Nobody wanted to call for a moment: what is admitted meanwhile does not measure the quota.</summary>
    public void NoteIdle() => _wasIdle = true;

    public void Admitted() => _admitted++;

    /// <summary>Grows while nothing is refused, up to the quota slowly and faster beyond it, and gives way where something is.</summary>
    public void Adjust(double now, bool hasWaiters, RefusalHistory history)
    {
        if (Pace > 0 && hasWaiters)
        {
            var growth = this switch
            {
                _ when _isSearching => 0.5,
                _ when history.Refusals >= 5 => -0.02,
                _ when history.HasRefusalAmongNewest(16) => 0,
                _ when Pace < 1.03 * _quota => 0.01,
                _ => 0.05,
            };
            Pace = Math.Max(Pace * Math.Exp(growth * Math.Max(0, now - _pacedAt)), Math.Min(Pace, 0.95 * _quota));
            if (Pace > (_isSearching ? FastestPace : 8 * _quota))
            {
                Pace = 0;
            }
        }

        _pacedAt = Math.Max(_pacedAt, now);
    }

    /// <summary>Ends a search: the vendor has just run out, so this is where the next measure starts.</summary>
    public void Refused(double now)
    {
        if (_isSearching)
        {
            _isSearching = false;
            Become(0.95 * Pace, now);
        }
    }

    /// <summary>The calls pause for so many seconds.</summary>
    public void Pause(double seconds, double until)
    {
        _paused += seconds;
        _pacedAt = until;
    }

    /// <summary>Takes a rate that was learned in another way.</summary>
    public void Become(double rate, double now)
    {
        _quota = Pace = rate;
        RestartWindow(now);
    }

    /// <summary>The vendor has refused too much: reads its quota off the time since it did so last.</summary>
    public void Measure(double now)
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
                var isAtLeast = _paused > 0.2 * seconds;
                _quota = isAtLeast && Pace > measured ? Math.Sqrt(measured * Pace) : Math.Max(measured, _quota / 2);
                _isSearching = isAtLeast && _searches++ < MostSearches;
                Pace = 0.98 * _quota;
            }
            else
            {
                Pace *= 0.8;
            }

            RestartWindow(now);
        }
    }

    public void RestartWindow(double now)
    {
        EmptyWindows = _admitted == 0 && !double.IsNaN(_windowStart) ? EmptyWindows + 1 : 0;
        _windowStart = now;
        _admitted = 0;
        _paused = 0;
        _wasIdle = false;
    }
}
