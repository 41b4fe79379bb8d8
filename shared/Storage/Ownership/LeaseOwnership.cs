using System.Text.Json;

namespace FunctionsEval.Storage.Ownership;

/// <summary>
/// Ownership of a store that several machines reach: a row in table <c>engine</c> that expires after 15 seconds and is renewed every 5.
/// It counts on clocks that differ by less than the 3 seconds between giving up here and expiring there.
/// </summary>
public sealed class LeaseOwnership : StoreOwnership
{
    public const string Table = "engine";
    private const string Key = "owner";

    private static readonly TimeSpan Expiry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(3);

    private readonly IEntityStore _store;
    private readonly TimeProvider _clock;
    private readonly Entity _row;

    // Fires by itself when the time is up, whatever a hanging renewal does; each renewal sets it anew.
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _renewing;

    private LeaseOwnership(IEntityStore store, TimeProvider clock, StoreOwner owner, Entity row)
        : base(owner)
    {
        _store = store;
        _clock = clock;
        _row = row;
        _lost = new CancellationTokenSource(row.GetDateTimeOffset("expires")!.Value - Margin - clock.GetUtcNow(), clock);
        _renewing = RenewAsync();
    }

    public override CancellationToken Lost => _lost.Token;

    public static async Task<OwnershipResult> AcquireAsync(IEntityStore store, StoreOwner owner, TimeProvider clock, CancellationToken cancellationToken)
    {
        var current = await store.FindAsync(Table, Key, Key, cancellationToken);
        var recorded = current is null ? null : JsonSerializer.Deserialize(current.GetString("owner")!, StoreOwnerJson.Default.StoreOwner);
        if (current is not null && current.GetDateTimeOffset("expires") > clock.GetUtcNow() && recorded?.IsKnownDead() != true)
        {
            return OwnedBy(recorded);
        }

        var row = new Entity(Key, Key)
        {
            ETag = current?.ETag,
            ["owner"] = JsonSerializer.Serialize(owner, StoreOwnerJson.Default.StoreOwner),
            ["expires"] = clock.GetUtcNow() + Expiry,
        };
        var taking = current is null ? EntityOperation.Insert(row) : EntityOperation.Replace(row);
        var taken = await store.SubmitAsync(Table, taking, cancellationToken);
        return taken.IsApplied ? new OwnershipResult.Acquired(new LeaseOwnership(store, clock, owner, row)) : OwnedBy(null);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        await _renewing;
        _lost.CancelAfter(Timeout.InfiniteTimeSpan);
        if (!_lost.IsCancellationRequested)
        {
            try
            {
                await _store.SubmitAsync(Table, EntityOperation.Delete(Key, Key, _row.ETag), CancellationToken.None);
            }
            catch (Exception e) when (e is StorageException or ObjectDisposedException)
            {
                // The row expires by itself; a store that is out of reach must not keep the process from ending.
            }
        }

        _stop.Dispose();
    }

    private static OwnershipResult.Owned OwnedBy(StoreOwner? owner) =>
        new(
            owner,
            $"The store is in use by {owner?.ToString() ?? "another process that just took it"}. Stop it first; " +
            $"after a crash the store is free within {Expiry.TotalSeconds} seconds.");

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(RenewEvery, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                if (!await TryRenewAsync())
                {
                    await _lost.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed, or the time is up: either way there is nothing left to renew.
        }
    }

    private async Task<bool> TryRenewAsync()
    {
        var expires = _clock.GetUtcNow() + Expiry;
        _row["expires"] = expires;
        try
        {
            var renewed = await _store.SubmitAsync(Table, EntityOperation.Replace(_row), _lost.Token);

            // A renewal whose answer was lost on the way changed the ETag all the same: the row is still ours.
            if (!renewed.IsApplied && await _store.FindAsync(Table, Key, Key, _lost.Token) is { } current &&
                current.GetString("owner") == _row.GetString("owner"))
            {
                _row.ETag = current.ETag;
                renewed = await _store.SubmitAsync(Table, EntityOperation.Replace(_row), _lost.Token);
            }

            if (renewed.IsApplied)
            {
                _lost.CancelAfter(expires - Margin - _clock.GetUtcNow());
            }

            return renewed.IsApplied;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Tried again at the next tick; if it never succeeds, the time limit says so.
            return true;
        }
    }
}
