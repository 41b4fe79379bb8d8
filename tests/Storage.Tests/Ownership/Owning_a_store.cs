using System.Text.Json;
using FunctionsEval.Storage.Ownership;
using FunctionsEval.Storage.Sqlite;
using FunctionsEval.Storage.Tests.Children;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Storage.Tests.Ownership;

public sealed class Owning_a_store : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly SqliteDatabase _database;
    private readonly SqliteEntityStore _store;

    public Owning_a_store()
    {
        _database = SqliteDatabase.Open(_folder.File("data.db"));
        _store = new SqliteEntityStore(_database);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_folder_has_one_owner_until_it_lets_go()
    {
        var first = Acquired(FileOwnership.Acquire(_folder.Path, _clock));

        var refused = Assert.IsType<OwnershipResult.Owned>(FileOwnership.Acquire(_folder.Path, _clock));
        await first.DisposeAsync();
        await first.DisposeAsync();
        var second = Acquired(FileOwnership.Acquire(_folder.Path, _clock));

        Assert.Equal(first.Owner, refused.Owner);
        Assert.Contains($"'{_folder.Path}' is in use by process {Environment.ProcessId} on {Environment.MachineName} (since 2026-01-01 00:00:00Z", refused.Message, StringComparison.Ordinal);
        await second.DisposeAsync();
    }

    [Fact]
    public async Task Another_process_is_told_who_owns_the_folder()
    {
        using var first = ChildProcess.Start("own", _folder.Path);
        Assert.Equal("acquired", await first.ReadLineAsync(Cancel));

        using var second = ChildProcess.Start("own", _folder.Path);
        var message = await second.ReadLineAsync(Cancel);

        Assert.Contains($"in use by process {first.Id} on {Environment.MachineName}", message, StringComparison.Ordinal);
        Assert.Contains("FunctionsEval.Storage.Tests child", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_owner_leaves_the_folder_free()
    {
        using var first = ChildProcess.Start("own", _folder.Path);
        Assert.Equal("acquired", await first.ReadLineAsync(Cancel));
        await first.KillAsync(Cancel);
        Assert.True(File.Exists(_folder.File("owner.json")));

        var mine = Acquired(FileOwnership.Acquire(_folder.Path, _clock));

        Assert.Equal(Environment.ProcessId, mine.Owner.ProcessId);
        Assert.Contains($"\"processId\": {Environment.ProcessId}", await File.ReadAllTextAsync(_folder.File("owner.json"), Cancel), StringComparison.Ordinal);
        await mine.DisposeAsync();
    }

    [Fact]
    public async Task A_lease_has_one_owner_until_it_lets_go()
    {
        var first = Acquired(await AcquireAsync(Owner("here", 1)));

        var refused = Assert.IsType<OwnershipResult.Owned>(await AcquireAsync(Owner("there", 2)));
        await first.DisposeAsync();
        await first.DisposeAsync();
        var second = Acquired(await AcquireAsync(Owner("there", 2)));

        Assert.Equal("here", refused.Owner!.Host);
        Assert.Contains("process 1 on here", refused.Message, StringComparison.Ordinal);
        await second.DisposeAsync();
    }

    [Fact]
    public async Task Of_many_who_ask_at_once_one_gets_the_lease()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => AcquireAsync(Owner($"host{number}", number))));

        var winner = Assert.Single(results.OfType<OwnershipResult.Acquired>());
        await winner.Ownership.DisposeAsync();
    }

    [Fact]
    public async Task A_renewed_lease_does_not_expire()
    {
        await using var first = Acquired(await AcquireAsync(Owner("here", 1)));

        for (var seconds = 0; seconds < 60; seconds += 5)
        {
            var etag = await EtagAsync();
            _clock.Advance(TimeSpan.FromSeconds(5));
            await Eventually.TrueAsync(async () => await EtagAsync() != etag, "a renewal", Limit, Cancel);
        }

        Assert.IsType<OwnershipResult.Owned>(await AcquireAsync(Owner("there", 2)));
        Assert.False(first.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task An_expired_lease_is_taken_over()
    {
        await RecordAsync(Owner("gone", 1), _clock.GetUtcNow() + TimeSpan.FromSeconds(15));
        Assert.IsType<OwnershipResult.Owned>(await AcquireAsync(Owner("there", 2)));

        _clock.Advance(TimeSpan.FromSeconds(15));

        await Acquired(await AcquireAsync(Owner("there", 2))).DisposeAsync();
    }

    [Fact]
    public async Task The_lease_of_a_dead_process_of_this_machine_is_taken_over_at_once()
    {
        using var child = ChildProcess.Start("own", _folder.Path);
        Assert.Equal("acquired", await child.ReadLineAsync(Cancel));
        var owner = JsonSerializer.Deserialize(await File.ReadAllTextAsync(_folder.File("owner.json"), Cancel), StoreOwnerJson.Default.StoreOwner)!;
        await RecordAsync(owner, _clock.GetUtcNow() + TimeSpan.FromSeconds(15));
        Assert.IsType<OwnershipResult.Owned>(await AcquireAsync(Owner("there", 2)));

        await child.KillAsync(Cancel);

        await Acquired(await AcquireAsync(Owner("there", 2))).DisposeAsync();
    }

    [Fact]
    public void A_later_process_with_the_same_number_is_not_the_owner()
    {
        var me = StoreOwner.ThisProcess(_clock);

        Assert.False(me.IsKnownDead());
        Assert.True((me with { ProcessStarted = me.ProcessStarted.AddMinutes(-1) }).IsKnownDead());
        Assert.False((me with { Host = "elsewhere", ProcessStarted = me.ProcessStarted.AddMinutes(-1) }).IsKnownDead());
    }

    [Fact]
    public async Task A_lease_that_somebody_else_took_is_lost_at_the_next_renewal()
    {
        await using var mine = Acquired(await AcquireAsync(Owner("here", 1)));
        await RecordAsync(Owner("thief", 2), _clock.GetUtcNow() + TimeSpan.FromSeconds(15));

        _clock.Advance(TimeSpan.FromSeconds(5));

        await Eventually.TrueAsync(() => mine.Lost.IsCancellationRequested, "the loss to be seen", Limit, Cancel);
        await mine.DisposeAsync();
        Assert.Contains("thief", (await _store.FindAsync(LeaseOwnership.Table, "owner", "owner", Cancel))!.GetString("owner"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewal_whose_answer_was_lost_does_not_lose_the_lease()
    {
        await using var mine = Acquired(await AcquireAsync(Owner("here", 1)));
        var row = (await _store.FindAsync(LeaseOwnership.Table, "owner", "owner", Cancel))!;
        await _store.SubmitAsync(LeaseOwnership.Table, EntityOperation.Upsert(row), Cancel);
        var etag = row.ETag;

        _clock.Advance(TimeSpan.FromSeconds(5));

        await Eventually.TrueAsync(async () => await EtagAsync() != etag, "a renewal", Limit, Cancel);
        Assert.False(mine.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_lease_is_lost_before_it_expires_when_the_store_is_gone()
    {
        var mine = Acquired(await AcquireAsync(Owner("here", 1)));
        await _database.DisposeAsync();

        _clock.Advance(TimeSpan.FromSeconds(11.9));
        Assert.False(mine.Lost.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.True(mine.Lost.IsCancellationRequested);
    }

    private static StoreOwner Owner(string host, int processId) => new(host, processId, DateTimeOffset.UnixEpoch, "serve", DateTimeOffset.UnixEpoch);

    private static StoreOwnership Acquired(OwnershipResult result) => Assert.IsType<OwnershipResult.Acquired>(result).Ownership;

    private Task<OwnershipResult> AcquireAsync(StoreOwner owner) => LeaseOwnership.AcquireAsync(_store, owner, _clock, Cancel);

    private async Task<string?> EtagAsync() => (await _store.FindAsync(LeaseOwnership.Table, "owner", "owner", Cancel))?.ETag;

    private async Task RecordAsync(StoreOwner owner, DateTimeOffset expires)
    {
        var row = new Entity("owner", "owner") { ["owner"] = JsonSerializer.Serialize(owner, StoreOwnerJson.Default.StoreOwner), ["expires"] = expires };
        Assert.True((await _store.SubmitAsync(LeaseOwnership.Table, EntityOperation.Upsert(row), Cancel)).IsApplied);
    }
}
