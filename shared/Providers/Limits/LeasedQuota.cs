namespace FunctionsEval.Providers.Limits;

/// <summary>
/// A process's part of a shared bucket: a leased block, used up call by call. What is left of a block is forgotten after a while, so that
/// a process that was idle cannot add an old block to what the fleet sends now; a process that dies takes at most one block with it.
/// </summary>
public sealed class LeasedQuota(IQuotaStore store, QuotaBucket bucket, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private double _left;
    private double _debt;
    private long _leasedAt;

    /// <summary>Waits, in the order of arrival, until <paramref name="amount"/> may be used.</summary>
    public async Task TakeAsync(double amount, CancellationToken cancellationToken)
    {
        // What is asked for must fit into the bucket, or it would never be granted; the rest is paid by those who come after.
        var needed = Math.Min(amount, bucket.Block);
        Correct(amount - needed);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (!TryTake(needed))
            {
                var lease = await store.LeaseAsync(bucket, Math.Min(needed + Debt(), bucket.Block), cancellationToken);
                if (lease.Granted > 0)
                {
                    Add(lease.Granted);
                }
                else
                {
                    await Task.Delay(lease.Wait < LongestWait ? lease.Wait : LongestWait, clock, cancellationToken);
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A call used more or less than it took; the difference is settled with the next blocks.</summary>
    public void Correct(double more)
    {
        lock (_lock)
        {
            _debt += more;
        }
    }

    public void Dispose() => _turn.Dispose();

    private double Debt()
    {
        lock (_lock)
        {
            return Math.Max(0, _debt);
        }
    }

    private bool TryTake(double amount)
    {
        lock (_lock)
        {
            if (clock.GetElapsedTime(_leasedAt) > KeptFor)
            {
                _left = 0;
            }

            // Debts are paid and excess is returned before anything new is taken.
            var settled = Math.Clamp(_debt, -bucket.Block, _left);
            _left -= settled;
            _debt -= settled;
            if (_left < amount - 1e-9)
            {
                return false;
            }

            _left -= amount;
            return true;
        }
    }

    private void Add(double granted)
    {
        lock (_lock)
        {
            _left += granted;
            _leasedAt = clock.GetTimestamp();
        }
    }
}
