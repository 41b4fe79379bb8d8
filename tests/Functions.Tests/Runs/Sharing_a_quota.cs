using FunctionsEval.Limits;
using FunctionsEval.Providers.Limits;
using FunctionsEval.Storage.Connection;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Functions.Tests.Runs;

public sealed class Sharing_a_quota(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_processes_on_one_Azurite_lease_no_more_than_the_quota()
    {
        await using var first = StorageConnection.Open(new StorageSettings(_folder.Path, azurite.ConnectionString));
        await using var second = StorageConnection.Open(new StorageSettings(_folder.Path, azurite.ConnectionString));
        IQuotaStore[] processes = [new StoredQuota(first.Entities, _clock), new StoredQuota(second.Entities, _clock)];
        var bucket = new QuotaBucket("openai:m|requests", PerSecond: 20, Block: 20);

        var atOnce = await LeaseAsync(processes, bucket);
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        var halfASecondLater = await LeaseAsync(processes, bucket);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var muchLater = await LeaseAsync(processes, bucket);

        Assert.Equal((20, 10, 20), (atOnce, halfASecondLater, muchLater));
    }

    [Fact]
    public async Task A_process_waits_for_its_share_and_what_it_took_too_much_is_paid_back()
    {
        await using var storage = StorageConnection.Open(new StorageSettings(_folder.Path));
        var bucket = new QuotaBucket("openai:m|tokens", PerSecond: 10, Block: 10);
        using var quota = new LeasedQuota(new StoredQuota(storage.Entities, _clock), bucket, _clock);

        await quota.TakeAsync(10, Cancel);
        quota.Correct(5);
        var next = quota.TakeAsync(5, Cancel);
        var started = _clock.GetTimestamp();
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(0.1));
                return Task.FromResult(next.IsCompleted);
            },
            "the second call",
            cancellationToken: Cancel);

        // Five for itself and five for the first one, at ten a second.
        Assert.True(_clock.GetElapsedTime(started) >= TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("openai=rpm:0", "'rpm:0' of 'openai=rpm:0' must be rpm:N, tpm:N or concurrency:N")]
    [InlineData("openai=speed:5", "'speed' of 'openai=speed:5' must be rpm, tpm or concurrency")]
    [InlineData("rpm:5", "must be PROVIDER=... or PROVIDER:MODEL=...")]
    public void A_broken_limit_is_named(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => LimitTable.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_models_own_limits_go_before_its_vendors()
    {
        var table = LimitTable.Parse("openai=rpm:500,tpm:20000; openai:gpt-5=concurrency:3");

        Assert.Equal(new ModelLimits(500, 20_000), table.Find("openai", "gpt-4.1"));
        Assert.Equal(new ModelLimits(Concurrency: 3), table.Find("openai", "gpt-5"));
        Assert.Null(table.Find("anthropic", "claude"));
    }

    private static async Task<double> LeaseAsync(IReadOnlyList<IQuotaStore> processes, QuotaBucket bucket)
    {
        var leases = await Task.WhenAll(Enumerable.Range(0, 12).Select(index => processes[index % 2].LeaseAsync(bucket, 1, Cancel)));
        return Math.Round(leases.Sum(lease => lease.Granted), 6);
    }
}
