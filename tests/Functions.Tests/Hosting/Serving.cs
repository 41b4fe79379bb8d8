using System.Net;
using System.Text.Json;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Functions.Tests.Surviving;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs;
using FunctionsEval.TestKit;
using SQLitePCL;

namespace FunctionsEval.Functions.Tests.Hosting;

/// <summary>The server as a process of its own.</summary>
public sealed class Serving
{
    private const string Secret = "sk-a-secret-of-this-test";

    [Fact]
    public async Task Its_log_is_json_lines_without_key_or_prompt_and_sigterm_is_a_success()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(ApiKey: Secret));
        await using var program = ProgramProcess.Start(
            ["serve", "--port", "0", "--data", bench.Data, "--base-url", bench.BaseUrl],
            new Dictionary<string, string> { ["OPENAI_API_KEY"] = Secret, ["FUNCTIONSEVAL_API_KEY"] = "server-" + Secret });
        using var client = await ClientOfAsync(program);
        client.DefaultRequestHeaders.Add("x-functions-key", "server-" + Secret);

        // The second model is answered with 404: failures are what a log is full of.
        var definition = await PostAsync(client, "definitions", Yaml.Of(models: ["sim-noisy", "sim-better-7"]), "application/yaml");
        var run = await PostAsync(client, "runs", $"{{\"definitionId\":\"{definition.GetProperty("definitionId").GetString()}\"}}", "application/json");
        await UntilCompletedAsync(client, run.GetProperty("runId").GetString()!);
        await program.SignalAsync("TERM");
        var (exitCode, output, error) = await program.EndAsync();

        Assert.Equal(0, exitCode);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, line => line.Contains("NOT_FOUND", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.Equal(JsonValueKind.Object, JsonSerializer.Deserialize<JsonElement>(line).ValueKind));
        Assert.All([Secret, "How acceptable", "one line"], text => Assert.DoesNotContain(text, output + error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_takes_up_a_run_that_was_interrupted_on_the_command_line()
    {
        await using var run = await SmallRun.CreateAsync(TimeSpan.FromMilliseconds(20));
        await using var command = run.Start();
        await run.CallsReachAsync(60, command);
        await command.SignalAsync("INT");
        Assert.Equal(130, (await command.EndAsync()).ExitCode);
        var before = await run.ReadAsync();

        // No base URL here: the run has kept its own.
        await using var program = ProgramProcess.Start(["serve", "--port", "0", "--data", run.Data]);
        using var client = await ClientOfAsync(program);
        await UntilCompletedAsync(client, before.Run.RunId);
        await program.SignalAsync("INT");
        Assert.Equal(0, (await program.EndAsync()).ExitCode);

        var after = await run.ReadAsync();
        Assert.InRange(before.Cells.Count, 1, SmallRun.Cells - 1);
        Assert.Equal((RunStatus.Completed, SmallRun.Cells), (after.Run.Status, after.Cells.Count));
        Assert.All(before.Cells, cell => Assert.Contains(after.Cells, other => other.Address == cell.Address && other.CompletedAt == cell.CompletedAt));
    }

    [Fact]
    public async Task A_port_that_is_taken_costs_no_calls_of_interrupted_runs()
    {
        await using var run = await SmallRun.CreateAsync(TimeSpan.FromMilliseconds(20));
        await using var command = run.Start();
        await run.CallsReachAsync(60, command);
        await command.SignalAsync("INT");
        Assert.Equal(130, (await command.EndAsync()).ExitCode);
        var calls = run.Simulator.Stats().Calls;

        await using var program = ProgramProcess.Start(["serve", "--port", $"{run.Simulator.Port}", "--data", run.Data]);
        var (exitCode, output, error) = await program.EndAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains($"cannot listen on port {run.Simulator.Port}", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Resumed", output, StringComparison.Ordinal);
        Assert.Equal(calls, run.Simulator.Stats().Calls);
    }

    [Fact]
    public async Task A_job_that_cannot_be_queued_leaves_no_run_behind()
    {
        await using var server = await ServerHost.StartAsync();
        var definition = await server.PostAsync("/api/definitions", Yaml.Of(), "application/yaml");
        var request = $"{{\"definitionId\":\"{definition.Json.GetProperty("definitionId").GetString()}\"}}";
        Execute(server.Bench.Data, "CREATE TRIGGER broken BEFORE INSERT ON _messages BEGIN SELECT RAISE(ABORT, 'the queue is broken'); END");

        var refused = await server.PostAsync("/api/runs", request);
        Execute(server.Bench.Data, "DROP TRIGGER broken");
        var runs = await server.GetAsync("/api/runs");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.Contains("the queue is broken", refused.Text, StringComparison.Ordinal);
        Assert.Empty(runs.Json.GetProperty("runs").EnumerateArray());
    }

    private static async Task<HttpClient> ClientOfAsync(ProgramProcess program)
    {
        await Eventually.TrueAsync(() => program.Error.Contains("/api over ", StringComparison.Ordinal) || program.HasExited, "the server to listen");
        return new HttpClient { BaseAddress = new Uri(program.Error.Split("serving ")[1].Split(" over")[0] + "/") };
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, string body, string contentType)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, contentType);
        using var response = await client.PostAsync(path, content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static Task UntilCompletedAsync(HttpClient client, string runId) => Eventually.TrueAsync(
        async () => JsonSerializer.Deserialize<JsonElement>(await client.GetStringAsync($"runs/{runId}")).GetProperty("status").GetString() == "completed",
        $"run {runId} to be completed");

    private static void Execute(string dataFolder, string sql)
    {
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(Path.Combine(dataFolder, "data.db"), out var connection));
        using (connection)
        {
            raw.sqlite3_busy_timeout(connection, 5000);
            Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(connection, sql));
        }
    }
}
