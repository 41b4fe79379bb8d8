using FunctionsEval.Health;
using FunctionsEval.Providers.Prices;
using FunctionsEval.Storage.Connection;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Functions.Tests.Hosting;

public sealed class Checking_health : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(180, false)]
    [InlineData(181, true)]
    public async Task Prices_that_are_older_than_half_a_year_are_warned_of(int days, bool isWarned)
    {
        var clock = new FakeTimeProvider();
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var prices = new PriceTable(today, new Dictionary<string, VendorPrices>
        {
            ["openai"] = new(today, "https://example.com", new Dictionary<string, Price>()),
            ["mistral"] = new(today.AddDays(-days), "https://example.com", new Dictionary<string, Price>()),
        });
        await using var storage = StorageConnection.Open(new StorageSettings(_folder.Path));
        var keys = new ProviderKeys(new Dictionary<string, bool> { ["OPENAI_API_KEY"] = true });
        var health = new HealthCheck(storage, keys, prices, clock);

        var report = await health.CheckAsync(TestContext.Current.CancellationToken);

        Assert.True(report.Healthy);
        Assert.Equal(new PriceTableHealth(today, today.AddDays(-days), days), report.Prices);
        Assert.Equal(
            isWarned ? [$"Some prices are {days} days old: costs and budgets may be wrong. Name a newer table by FUNCTIONSEVAL_PRICES."] : [],
            report.Warnings);
    }
}
