namespace FunctionsEval.Providers;

/// <summary>
/// Tells a server that is gone from one that stumbles: nobody has answered for a while, however often it was tried. Without it every cell
/// of a run would burn all its attempts. Thread-safe.
/// </summary>
internal sealed class OutageWatch(TimeProvider clock)
{
    // More than one call makes, for it may be its prompt that ends the connection.
    private const int FewestFailures = 20;

    // No prompt can be at fault where nothing was sent.
    private const int FewestUnsent = 3;

    /// <summary>Long enough for a server that is restarted.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // After a pause of the run the server gets its whole time again.
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private int _failures;
    private long _first;
    private long _last;

    /// <summary>Counts the end of an attempt; how long nobody has answered when that is an outage, else null.</summary>
    public TimeSpan? Count(ModelOutcome outcome)
    {
        lock (_lock)
        {
            if (outcome is not ModelOutcome.Failed { Failure: { Code: ModelErrorCode.NetworkError, StatusCode: null } failure })
            {
                _failures = 0;
                return null;
            }

            var now = clock.GetTimestamp();
            if (_failures == 0 || clock.GetElapsedTime(_last, now) > Forgotten)
            {
                (_failures, _first) = (0, now);
            }

            _failures++;
            _last = now;
            var silence = clock.GetElapsedTime(_first, now);
            return _failures >= (failure.IsUnsent ? FewestUnsent : FewestFailures) && silence >= Patience ? silence : null;
        }
    }
}
