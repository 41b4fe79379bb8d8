using System.Net.Http.Json;
using System.Text.Json;
using FunctionsEval.Cli;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Surviving;

public sealed class Killed_servers
{
    private const int Cells = 240;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>
    /// The server reads and pauses a run that another process writes. Killed and started again it goes on with a run that was left behind, and
    /// leaves the paused one until somebody resumes it.
    /// </summary>
    [Fact]
    public async Task A_server_reads_what_another_process_writes_and_a_paused_run_stays_paused_over_its_end()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(50)));
        bench.Simulator.HoldAfter(10);
        await using var writer = ProgramProcess.Start(bench.RunArguments(Yaml.Of(scenarios: 60, samples: 4), "--concurrency", "4"));
        await Eventually.TrueAsync(() => bench.Simulator.Stats().Calls >= 10 || writer.HasExited, "ten calls", cancellationToken: Cancel);
        string runId;
        await using (var first = Serve(bench))
        {
            using var client = await ClientAsync(first);
            runId = await MovesAsync(bench, client);
            Assert.Contains("\"status\":\"paused\"", await PostAsync(client, $"/api/runs/{runId}/pause"), StringComparison.Ordinal);
            bench.Simulator.LetGo();
            var (exitCode, _, error) = await writer.EndAsync();
            Assert.Equal(ExitCodes.Infrastructure, exitCode);
            Assert.Contains("the run was paused", error, StringComparison.Ordinal);
            await first.KillAsync();
        }

        var paused = await bench.ReadAsync(runId);
        Assert.InRange(paused.Cells.Count, 1, Cells - 1);
        var left = await LeftBehindAsync(bench);
        await using var second = Serve(bench);
        using var again = await ClientAsync(second);
        await StatusAsync(again, left, "completed");
        Assert.Equal("paused", (await again.GetFromJsonAsync<JsonElement>(Of($"/api/runs/{runId}"), Cancel)).GetProperty("status").GetString());
        Assert.Equal(paused.Cells.Count, (await bench.ReadAsync(runId)).Cells.Count);

        await PostAsync(again, $"/api/runs/{runId}/resume");
        await StatusAsync(again, runId, "completed");

        (await bench.ReadAsync(runId)).AssertWhole();
    }

    /// <summary>Lets ten more calls through whenever the progress of the one run was seen to grow, until it was twice; its id.</summary>
    private static async Task<string> MovesAsync(Workbench bench, HttpClient client)
    {
        var (runId, seen) = ("", new HashSet<long>());
        await Eventually.TrueAsync(
            async () =>
            {
                runId = Assert.Single((await client.GetFromJsonAsync<JsonElement>(Of("/api/runs"), Cancel)).GetProperty("runs").EnumerateArray()).GetProperty("runId").GetString()!;
                var run = await client.GetFromJsonAsync<JsonElement>(Of($"/api/runs/{runId}"), Cancel);
                seen.Add(run.GetProperty("progress").GetProperty("completed").GetInt64());
                bench.Simulator.HoldAfter(10 * (seen.Count + 1));
                return seen.Count > 2;
            },
            "progress that is seen from the server",
            cancellationToken: Cancel);
        Assert.DoesNotContain(Cells, seen);
        return runId;
    }

    /// <summary>Another run whose process was killed.</summary>
    private static async Task<string> LeftBehindAsync(Workbench bench)
    {
        await using var program = ProgramProcess.Start(bench.RunArguments(Yaml.Of(scenarios: 8, samples: 2), "--concurrency", "1"));
        var before = bench.Simulator.Stats().Calls;
        await Eventually.TrueAsync(() => bench.Simulator.Stats().Calls > before || program.HasExited, "a call", cancellationToken: Cancel);
        Assert.False(program.HasExited, program.Error);
        await program.KillAsync();
        return (await bench.ReadAsync()).Run.RunId;
    }

    private static ProgramProcess Serve(Workbench bench) =>
        ProgramProcess.Start(["serve", "--port", "0", "--data", bench.Data, "--base-url", bench.BaseUrl, "--concurrency", "16"]);

    private static async Task<HttpClient> ClientAsync(ProgramProcess server)
    {
        await Eventually.TrueAsync(() => server.Error.Contains("/api over ", StringComparison.Ordinal) || server.HasExited, "the server to listen", cancellationToken: Cancel);
        Assert.False(server.HasExited, server.Error);
        return new HttpClient { BaseAddress = new Uri(server.Error.Split("serving ")[1].Split("/api over")[0]) };
    }

    private static Task StatusAsync(HttpClient client, string runId, string status) => Eventually.TrueAsync(
        async () => (await client.GetFromJsonAsync<JsonElement>(Of($"/api/runs/{runId}"), Cancel)).GetProperty("status").GetString() == status,
        $"run {runId} to be {status}",
        cancellationToken: Cancel);

    private static async Task<string> PostAsync(HttpClient client, string path)
    {
        using var nothing = JsonContent.Create(new { });
        using var answer = await client.PostAsync(Of(path), nothing, Cancel);
        var body = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, body);
        return body;
    }

    private static Uri Of(string path) => new(path, UriKind.Relative);
}
