using FunctionsEval.Providers.Limits;
using FunctionsEval.Storage;

namespace FunctionsEval.Limits;

/// <summary>
/// Buckets as rows of the store, changed by compare and swap: all processes on one store share one quota. Times are each process's own
/// clock; one that goes ahead fills the bucket early by its lead once, for the row's time never goes back.
/// </summary>
internal sealed class StoredQuota(IEntityStore entities, TimeProvider clock) : IQuotaStore
{
    public async Task<QuotaLease> LeaseAsync(QuotaBucket bucket, double needed, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = clock.GetUtcNow();
            var row = await entities.FindAsync(TableKeys.Limits, TableKeys.AllLimits, bucket.Name, cancellationToken);
            var (held, since) = row is null ? (bucket.Block, now) : (row.GetDouble("held") ?? 0, row.GetDateTimeOffset("since") ?? now);
            held = Math.Min(bucket.Block, held + (bucket.PerSecond * Math.Max(0, (now - since).TotalSeconds)));
            if (held < needed - 1e-9)
            {
                return new QuotaLease(0, TimeSpan.FromSeconds((needed - held) / bucket.PerSecond));
            }

            var changed = new Entity(TableKeys.AllLimits, bucket.Name)
            {
                ["held"] = 0.0,
                ["since"] = now > since ? now : since,
            };
            changed.ETag = row?.ETag;
            var operation = row is null ? EntityOperation.Insert(changed) : EntityOperation.Replace(changed);
            if ((await entities.SubmitAsync(TableKeys.Limits, operation, cancellationToken)).IsApplied)
            {
                return new QuotaLease(held, TimeSpan.Zero);
            }
        }
    }
}
