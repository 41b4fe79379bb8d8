namespace FunctionsEval.Providers.Simulator;

internal enum Fault
{
    None,
    RateLimit,
    ServerError,
    Hang,
    Reset,
    Malformed,
    Failure,
}

/// <summary>Which calls fail and how long each takes: functions of (seed, key, nth call of that key), so that a run repeats exactly.</summary>
internal sealed class FaultPlan
{
    private readonly (Fault Kind, double UpTo)[] _thresholds;
    private readonly TimeSpan _latency;
    private readonly double _spread;

    public FaultPlan(SimulatorOptions options)
    {
        var each = options.Fail / 5;
        var upTo = 0.0;
        _thresholds =
        [
            (Fault.RateLimit, upTo += each + options.RateLimitFaults),
            (Fault.ServerError, upTo += each + options.ServerErrorFaults),
            (Fault.Hang, upTo += each + options.HangFaults),
            (Fault.Reset, upTo += each + options.ResetFaults),
            (Fault.Malformed, upTo += each + options.MalformedFaults),
            (Fault.Failure, upTo + options.FailureFaults),
        ];
        _latency = options.Latency;
        _spread = options.LatencySpread;
    }

    public Fault Draw(ulong key, int call)
    {
        var draw = StableHash.ToUnit(StableHash.Combine(StableHash.Combine(key, 'f'), (ulong)call));
        foreach (var (kind, upTo) in _thresholds)
        {
            if (draw < upTo)
            {
                return kind;
            }
        }

        return Fault.None;
    }

    /// <summary>Log-normal with the given median: median · exp(sigma · z), z by Box and Muller (1958), doi:10.1214/aoms/1177706645.</summary>
    public TimeSpan Latency(ulong key, int call)
    {
        if (_spread == 0 || _latency == TimeSpan.Zero)
        {
            return _latency;
        }

        var first = StableHash.Combine(StableHash.Combine(key, 'l'), (ulong)call);
        var radius = Math.Sqrt(-2 * Math.Log(1 - StableHash.ToUnit(first)));
        var normal = radius * Math.Cos(2 * Math.PI * StableHash.ToUnit(StableHash.Combine(first, 'm')));
        return _latency * Math.Exp(_spread * normal);
    }
}
