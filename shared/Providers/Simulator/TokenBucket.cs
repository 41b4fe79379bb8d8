namespace FunctionsEval.Providers.Simulator;

/// <summary>A token bucket: <paramref name="burst"/> tokens at first, refilled at <paramref name="perSecond"/>, one taken per call.</summary>
internal sealed class TokenBucket(double perSecond, int burst, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private double _tokens = burst;
    private long _at = clock.GetTimestamp();

    public int Burst => burst;

    /// <summary>Takes a token, or says how long until there is one.</summary>
    public bool TryTake(out int remaining, out TimeSpan wait)
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + (clock.GetElapsedTime(_at, now).TotalSeconds * perSecond));
            _at = now;

            // A refill in steps (0.05 twenty times) may miss 1 by a rounding error.
            if (_tokens < 1 - 1e-9)
            {
                remaining = 0;
                wait = TimeSpan.FromSeconds((1 - _tokens) / perSecond);
                return false;
            }

            _tokens--;
            remaining = (int)_tokens;
            wait = TimeSpan.Zero;
            return true;
        }
    }

    public void Refill()
    {
        lock (_lock)
        {
            _tokens = burst;
            _at = clock.GetTimestamp();
        }
    }
}
