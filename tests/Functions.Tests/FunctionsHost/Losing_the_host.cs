using FunctionsEval.Providers.Simulator;
using FunctionsEval.TestKit;
using FunctionsEval.TestKit.FunctionsHost;

namespace FunctionsEval.Functions.Tests.FunctionsHost;

/// <summary>A host that is killed leaves its worker behind.</summary>
[Collection(typeof(Alone))]
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

    [Fact]
    public async Task Answers_that_are_under_way_when_the_host_goes_are_stored_without_it()
    {
        await using var app = await HostedApp.StartAsync(PublishedFunctions.Built, azurite.ConnectionString, new SimulatorOptions(Latency: TimeSpan.FromSeconds(2)));
        var runId = await app.StartRunAsync(Yaml.Of(scenarios: 400, samples: 1));
        await Eventually.TrueAsync(() => app.Simulator.Connections >= 8, "calls under way");

        await app.Host.LeaveWorkerAsync();
        var (exitCode, _, error) = await app.Host.Worker.EndAsync();

        Assert.Equal((0, ""), (exitCode, error));
        await using var later = await HostedApp.StartAsync(PublishedFunctions.Built, azurite.ConnectionString, takesMessages: false);
        var run = (await later.SendAsync(HttpMethod.Get, $"/api/runs/{runId}")).Json;
        var (calls, completed) = (app.Simulator.Stats().Calls, run.GetProperty("progress").GetProperty("completed").GetInt64());

        // All were under way. A worker that stops waits a moment for the last answers to be stored, which a busy machine may miss.
        Assert.InRange(calls, 8, 399);
        Assert.InRange(completed, calls * 3 / 4, calls);
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
