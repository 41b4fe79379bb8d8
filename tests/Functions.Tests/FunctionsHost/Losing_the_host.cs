using FunctionsEval.TestKit;
using FunctionsEval.TestKit.FunctionsHost;

namespace FunctionsEval.Functions.Tests.FunctionsHost;

/// <summary>A host that is killed leaves its worker behind.</summary>
public sealed class Losing_the_host(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private Dictionary<string, string> Settings => new() { ["AzureWebJobsStorage"] = azurite.ConnectionString };

    [Fact]
    public async Task A_worker_whose_host_is_gone_ends_by_itself_within_ten_seconds()
    {
        var host = await WorkerHost.StartAsync(PublishedFunctions.Built, Settings);
        await using var worker = host.Worker;
        var clock = System.Diagnostics.Stopwatch.StartNew();

        await host.LeaveWorkerAsync();
        var (exitCode, output, error) = await worker.EndAsync();

        Assert.Equal((0, ""), (exitCode, error));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed} {output}");
    }

    /// <summary>The test host closes connections without traffic after a second, as any server does some time.</summary>
    [Fact]
    public async Task A_worker_stays_with_a_host_that_is_merely_idle()
    {
        await using var host = await WorkerHost.StartAsync(PublishedFunctions.Built, Settings);
        var before = host.Connections;

        await Eventually.TrueAsync(() => host.Connections >= before + 8, "the worker to connect again and again");

        Assert.False(host.Worker.HasExited);
        Assert.NotEmpty(host.Functions);
    }

    [Fact]
    public async Task A_worker_without_storage_says_which_setting_is_missing()
    {
        await using var worker = ProgramProcess.Start(["--functions-uri", "http://127.0.0.1:1/"]);

        var (exitCode, _, error) = await worker.EndAsync();

        Assert.Equal(1, exitCode);
        Assert.Equal(
            "functionseval cannot start: AzureWebJobsStorage (or AzureWebJobsStorage__accountName) must name the storage of the function app, but is not set.",
            error.Trim());
    }
}
