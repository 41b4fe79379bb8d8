namespace FunctionsEval.Providers.Calls;

/// <summary>How long and how often one logical call is tried.</summary>
public sealed record ModelCallerOptions
{
    /// <summary>HTTP attempts, the first included and refusals with a wait left out.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>Refusals for lack of quota that say how long to wait: they cost nothing, and the gate risks some on purpose.</summary>
    public int MaxRefusals { get; init; } = 40;

    /// <summary>From the first attempt's start to the last one's; the wait for the first slot is not part of it.</summary>
    public TimeSpan TimeBudget { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>The n-th wait is uniform in 0..FirstBackoff·2^(n-1): full jitter.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Bound of that doubling; a vendor's Retry-After is not bound by it.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(20);
}
