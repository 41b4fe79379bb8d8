namespace FunctionsEval.Providers.Limits;

/// <summary>A bucket of permits that several processes share: filled steadily, holding at most one block.</summary>
/// <param name="Name">Which bucket: the provider, the model and what is counted.</param>
/// <param name="PerSecond">How fast it fills.</param>
/// <param name="Block">How much it holds, and how much is leased at once.</param>
public sealed record QuotaBucket(string Name, double PerSecond, double Block);

/// <param name="Granted">0 when the bucket does not hold what is needed.</param>
/// <param name="Wait">Until it does.</param>
public sealed record QuotaLease(double Granted, TimeSpan Wait);

/// <summary>Where the buckets are kept: in memory for one process, in the store for a fleet.</summary>
public interface IQuotaStore
{
    /// <summary>Takes all that the bucket holds when that is at least <paramref name="needed"/>, else nothing.</summary>
    Task<QuotaLease> LeaseAsync(QuotaBucket bucket, double needed, CancellationToken cancellationToken);
}
