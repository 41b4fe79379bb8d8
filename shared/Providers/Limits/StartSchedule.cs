namespace FunctionsEval.Providers.Limits;

/// <summary>When the calls of a gate may leave, one after the other. Not thread-safe; times are seconds on one clock.</summary>
internal sealed class StartSchedule(CongestionControl control)
{
    // After a pause of the whole gate the first calls leave one by one, so that the vendor is not hit by all of them in one moment.
    private const double ResumeSpacing = 0.01;

    // Timers fire late; so much lateness is caught up with.
    private const double Slack = 0.05;

    // What is to be done before a call may leave (its intent is stored) is done this much ahead of its start, so that it cannot delay it.
    internal const double Lead = 0.1;

    private double _next;
    private int _toStagger;
    private long _newestRefused;

    /// <summary>When the next call may leave.</summary>
    public double StartAt(double now) => Math.Max(control.PausedUntil, control.Pace > 0 || _toStagger > 0 ? _next : now);

    /// <summary>When another call may be prepared, while so many are: infinity when that many are enough.</summary>
    public double PrepareAt(double now, int prepared)
    {
        var at = control.Pace > 0
            ? prepared > Lead * control.Pace ? double.PositiveInfinity : _next + (prepared / control.Pace) - Lead
            : _toStagger > 0 ? _next + (prepared * ResumeSpacing) : now;
        return Math.Max(control.PausedUntil, at);
    }

    public void Started(double now)
    {
        if (control.Pace > 0)
        {
            // At a vendor that says exact waits a late call moves those after it: its bucket may hold no more than one.
            _next = Math.Max(_next, now - (control.HasExactWaits ? 0 : Slack)) + (1 / control.Pace);
            _toStagger = 0;
        }
        else if (_toStagger > 0)
        {
            _next = now + ResumeSpacing;
            _toStagger--;
        }
    }

    public void Paused()
    {
        _next = control.PausedUntil;
        _toStagger = control.Limit;
    }

    /// <summary>
    /// Exactly one call leaves when the vendor has its next place, those after it at the learned distance. The wait counts from the start
    /// of the refused call: then the next one is as long on its way as that was. Only the newest refusal knows the vendor's latest state.
    /// </summary>
    /// <param name="newest">Number of the latest start: those after the refused one take a place each.</param>
    public void RefusedExactly(long start, double startedAt, double wait, long newest)
    {
        if (start > _newestRefused)
        {
            _newestRefused = start;
            _next = startedAt + wait + ((newest - start) / control.Pace);
        }
    }
}
