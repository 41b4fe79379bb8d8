using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FunctionsEval.Digests;
using FunctionsEval.Functions.Tests.AbTests;
using FunctionsEval.Functions.Tests.Content;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Hosting;

/// <summary>What a server has answered for is on a row of the store: the job on its way within the process is not needed for it.</summary>
public sealed class Killed_at_once
{
    private const string DigestBody = $$"""{"topicId": "{{ContentFiles.TopicId}}", "windowStart": "2026-05-04", "windowEnd": "2026-05-08", "mode": "low"}""";

    /// <summary>Less than the time to the next look for runs that nobody works on: they go on at start.</summary>
    private static readonly TimeSpan AtStart = TimeSpan.FromSeconds(45);

    private static readonly Dictionary<string, string> Variables = new() { ["TRIAGE_MODEL"] = "openai-compatible:sim-noisy" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_digest_and_a_run_that_were_answered_go_on_when_the_server_is_started_again()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(5)));
        await bench.CommandAsync(["import", bench.Write("content.jsonl", ContentFiles.Of(30)), "--data", bench.Data], Cancel);
        var digest = await KilledAsync(bench, client => Task.FromResult(("admin/run", DigestBody)));
        var run = await KilledAsync(bench, async client =>
        {
            using var definition = new StringContent(Yaml.Of(scenarios: 3, samples: 2), Encoding.UTF8, "application/yaml");
            using var answer = await client.PostAsync("definitions", definition, Cancel);
            return ("runs", $$"""{"definitionId": "{{(await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("definitionId").GetString()}}"}""");
        });

        var (server, client) = await StartAsync(bench);
        await using var started = server;
        using var disposed = client;
        await UntilCompletedAsync(client, digest);
        await UntilCompletedAsync(client, run);

        Assert.Equal(30, (await client.GetFromJsonAsync<JsonElement>($"digests/{digest}", Cancel)).GetProperty("triaged").GetInt32());
        Assert.Equal(6, (await client.GetFromJsonAsync<JsonElement>($"runs/{run}", Cancel)).GetProperty("progress").GetProperty("completed").GetInt32());
    }

    [Fact]
    public async Task A_digest_whose_job_is_lost_is_made_by_the_next_look()
    {
        await using var bench = await Running_ab_tests.BenchAsync();
        var request = new DigestRequest(ContentFiles.TopicId, new(2026, 5, 4, 0, 0, 0, TimeSpan.Zero), new(2026, 5, 8, 0, 0, 0, TimeSpan.Zero), "openai-compatible:sim-noisy");
        RunRecord queued;

        // Nobody takes jobs here, so this one ends with the process.
        await using (var first = bench.Open(isCommand: false))
        {
            queued = await first.Get<StartDigest>().QueueAsync((await first.Content.FindTopicAsync(ContentFiles.TopicId, Cancel))!, request, Cancel);
        }

        await using var second = bench.Open(isCommand: false);
        second.Serve();
        await Eventually.TrueAsync(async () => (await second.Runs.GetAsync(queued.RunId, Cancel)).Status.IsFinished(), "the digest to end", AtStart, Cancel);

        Assert.Equal((RunStatus.Completed, 96), await second.Runs.GetAsync(queued.RunId, Cancel) is var run ? (run.Status, run.Items) : default);
        Assert.Equal(96, (await second.Get<DigestStore>().FindAsync(queued.RunId, Cancel))!.Triaged);
    }

    /// <summary>Kills a server as soon as it has answered; the id of the run that it answered with.</summary>
    private static async Task<string> KilledAsync(Workbench bench, Func<HttpClient, Task<(string Path, string Body)>> prepare)
    {
        var (server, client) = await StartAsync(bench);
        await using var started = server;
        using var disposed = client;
        var (path, body) = await prepare(client);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(path, content, Cancel);
        await server.KillAsync();
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize<JsonElement>(text).GetProperty("runId").GetString()!;
    }

    private static async Task<(ProgramProcess Server, HttpClient Client)> StartAsync(Workbench bench)
    {
        var server = ProgramProcess.Start(["serve", "--port", "0", "--data", bench.Data, "--base-url", bench.BaseUrl], Variables);
        await Eventually.TrueAsync(() => server.Error.Contains("/api over ", StringComparison.Ordinal) || server.HasExited, "the server to listen", cancellationToken: Cancel);
        Assert.False(server.HasExited, server.Error);
        return (server, new HttpClient { BaseAddress = new Uri(server.Error.Split("serving ")[1].Split(" over")[0] + "/") });
    }

    private static Task UntilCompletedAsync(HttpClient client, string runId) => Eventually.TrueAsync(
        async () => (await client.GetFromJsonAsync<JsonElement>($"runs/{runId}", Cancel)).GetProperty("status").GetString() == "completed",
        $"run {runId} to be completed",
        AtStart,
        Cancel);
}
