using FunctionsEval.TestKit;
using FunctionsEval.TestKit.FunctionsHost;

namespace FunctionsEval.Functions.Tests.FunctionsHost;

/// <summary>It waits most of the time, beside other tests.</summary>
public sealed class Keeping_an_idle_host(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    /// <summary>The test host closes connections without traffic after a second, as any server does some time.</summary>
    [Fact]
    public async Task A_worker_stays_with_it()
    {
        await using var host = await WorkerHost.StartAsync(PublishedFunctions.Built, new Dictionary<string, string> { ["AzureWebJobsStorage"] = azurite.ConnectionString });
        var before = host.Connections;

        await Eventually.TrueAsync(() => host.Connections >= before + 4, "the worker to connect again and again");

        Assert.False(host.Worker.HasExited);
        Assert.NotEmpty(host.Functions);
    }
}
