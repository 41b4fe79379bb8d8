using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Azure.Storage.Queues;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.TestKit;
using FunctionsEval.TestKit.FunctionsHost;

namespace FunctionsEval.Functions.Tests.FunctionsHost;

/// <summary>The published program under the double of the Functions host, on Azurite, with a simulated model.</summary>
internal sealed class HostedApp : IAsyncDisposable
{
    private HostedApp(FunctionsHostDouble host, SimulatorServer simulator, string storage)
    {
        (Host, Simulator) = (host, simulator);
        Jobs = new QueueClient(storage, "pipeline");
        Poison = new QueueClient(storage, "pipeline-poison");
    }

    public FunctionsHostDouble Host { get; }

    public SimulatorServer Simulator { get; }

    public QueueClient Jobs { get; }

    public QueueClient Poison { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<HostedApp> StartAsync(AzuriteFixture azurite, TimeSpan latency = default, double speed = 1)
    {
        var storage = azurite.ConnectionString;
        var simulator = await SimulatorServer.StartAsync(new SimulatorOptions(Latency: latency), TimeProvider.System, Cancel);
        var settings = new Dictionary<string, string>
        {
            ["AzureWebJobsStorage"] = storage,
            ["OPENAI_COMPATIBLE_BASE_URL"] = simulator.BaseUrl.ToString(),
            ["AzureFunctionsJobHost__extensions__queues__visibilityTimeout"] = "00:00:00",
        };
        var options = new FunctionsHostOptions(settings, speed > 1 ? new FastClock(speed) : null);
        var app = new HostedApp(await FunctionsHostDouble.StartAsync(await PublishedFunctions.EnsureAsync(Cancel), options, Cancel), simulator, storage);

        // The trigger makes its queue too, but a test may be faster.
        await app.Jobs.CreateIfNotExistsAsync(cancellationToken: Cancel);
        return app;
    }

    /// <summary>Stores the definition and starts a run of it; gives the run's id.</summary>
    public async Task<string> StartRunAsync(string yaml)
    {
        using var definition = new StringContent(yaml, Encoding.UTF8, new MediaTypeHeaderValue("application/yaml"));
        var stored = await PostAsync("api/definitions", definition);
        using var start = JsonContent.Create(new { definitionId = stored.GetProperty("definitionId").GetString() });
        return (await PostAsync("api/runs", start)).GetProperty("runId").GetString()!;
    }

    public Task<JsonElement> ControlAsync(string runId, string verb) => PostAsync($"api/runs/{runId}/{verb}", null);

    public async Task<JsonElement> GetAsync(string path) => await Host.Client.GetFromJsonAsync<JsonElement>(path, Cancel);

    public async Task<(string Status, long Completed, long Failed)> ProgressAsync(string runId)
    {
        var run = await GetAsync($"api/runs/{runId}");
        var progress = run.GetProperty("progress");
        return (run.GetProperty("status").GetString()!, progress.GetProperty("completed").GetInt64(), progress.GetProperty("failed").GetInt64());
    }

    public Task UntilCompletedAsync(string runId, long cells) => UntilAsync(async () => (await ProgressAsync(runId)).Completed >= cells, $"{cells} cells of run {runId}");

    /// <summary>Waits for the run, and for its orchestration, to end; gives the run.</summary>
    public async Task<JsonElement> EndAsync(string runId, string status = "completed")
    {
        await UntilAsync(async () => (await GetAsync($"api/runs/{runId}")).GetProperty("status").GetString() == status, $"run {runId} to be {status}");
        await UntilAsync(() => Task.FromResult(Host.Durable.Find(runId)!.IsFinished), $"the orchestration of run {runId} to end");
        return await GetAsync($"api/runs/{runId}");
    }

    public async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        try
        {
            await Eventually.TrueAsync(condition, what, cancellationToken: Cancel);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{string.Join('\n', Host.Durable.Instances)}\n{Host.Log}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Simulator.DisposeAsync();
    }

    private async Task<JsonElement> PostAsync(string path, HttpContent? content)
    {
        using var answer = await Host.Client.PostAsync(path, content, Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancel)}\n{Host.Log}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }
}
