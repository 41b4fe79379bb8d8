namespace FunctionsEval.Providers.Limits;

/// <summary>Bounds of the concurrency for one model of one provider.</summary>
/// <param name="Start">How many calls go out at first; at most <paramref name="Max"/>.</param>
public sealed record ConcurrencyOptions(int Start = 16, int Max = 256)
{
    public int Start { get; } = Max < 1
        ? throw new ArgumentOutOfRangeException(nameof(Max), Max, "The concurrency must be at least 1.")
        : Math.Clamp(Start, 1, Max);
}

/// <summary>Where a gate stands now.</summary>
public sealed record ConcurrencySnapshot(int Limit, int InFlight, int Waiting, double? CallsPerSecond, TimeSpan PausedFor);
