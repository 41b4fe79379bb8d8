using System.Net;
using System.Text.Json;
using FunctionsEval.Functions.Tests.Content;
using FunctionsEval.Functions.Tests.Surviving;
using FunctionsEval.Local;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using FunctionsEval.Storage.Connection;
using FunctionsEval.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsEval.Functions.Tests.Hosting;

/// <summary>The server as a process of its own.</summary>
public sealed class Serving
{
    private const string Secret = "sk-a-secret-of-this-test";
    private const string Zone = "Pacific/Auckland";

    [Fact]
    public async Task Its_log_is_json_lines_without_key_or_prompt_in_any_time_zone_and_sigterm_is_a_success()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(ApiKey: Secret));
        var home = Directory.CreateDirectory(bench.Path("home")).FullName;
        await using var program = ProgramProcess.Start(
            ["serve", "--port", "0", "--data", bench.Data, "--base-url", bench.BaseUrl],
            new Dictionary<string, string> { ["OPENAI_API_KEY"] = Secret, ["FUNCTIONSEVAL_API_KEY"] = "server-" + Secret, ["TZ"] = Zone, ["HOME"] = home });
        using var client = await ClientOfAsync(program);
        client.DefaultRequestHeaders.Add("x-functions-key", "server-" + Secret);

        // The second model is answered with 404: failures are what a log is full of.
        var definition = await PostAsync(client, "definitions", Yaml.Of(models: ["sim-noisy", "sim-better-7"]), "application/yaml");
        var run = await PostAsync(client, "runs", $"{{\"definitionId\":\"{definition.GetProperty("definitionId").GetString()}\"}}", "application/json");
        await UntilCompletedAsync(client, run.GetProperty("runId").GetString()!);

        // A time that does not tell its zone is UTC, and the server's own zone changes no other.
        await PostAsync(client, "agent/metrics", """{"task_id":"t","task_type":"t","model":"m","duration_seconds":1,"status":"completed","created_at":"2026-03-02T10:00:00"}""", "application/json");
        await PostAsync(client, "agent/metrics", """{"task_id":"u","task_type":"t","model":"m","duration_seconds":1,"status":"completed","created_at":"2026-03-02T23:00:00+13:00"}""", "application/json");
        var ended = (await client.GetStringAsync(new Uri("agent/tasks?ended=true", UriKind.Relative)), TimeZoneInfo.FindSystemTimeZoneById(Zone).BaseUtcOffset);
        Assert.Contains("<html", await client.GetStringAsync(new Uri("pages", UriKind.Relative)), StringComparison.Ordinal);
        await program.SignalAsync("TERM");
        var (exitCode, output, error) = await program.EndAsync();

        Assert.Equal(0, exitCode);
        Assert.Empty(Directory.GetFileSystemEntries(home));
        Assert.Equal(2, ended.Item1.Split("\"ended_at\":\"2026-03-02T10:00:00+00:00\"").Length - 1);
        Assert.Equal(12, ended.BaseUtcOffset.Hours);
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
        await using var bench = await Workbench.CreateAsync();
        bench.Environment["OPENAI_COMPATIBLE_BASE_URL"] = bench.BaseUrl;
        var address = new IPEndPoint(IPAddress.Loopback, 0);
        await using var storage = StorageConnection.Open(new StorageSettings(bench.Data));
        var settings = new Settings(bench.Environment.GetValueOrDefault, bench.Data);

        // The storage queue of the function app is away; the program on one machine has no queue that could fail.
        await using var web = Server.Create(settings, address, _ => { }, services => services
            .AddLocal(settings, storage, isCommand: false)
            .AddSingleton<EnqueuePipelineJob>((_, _) => throw new StorageException("Queue 'pipeline' cannot be reached: it is away")));
        await web.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(web.Urls.Single() + "/api/") };
        var definition = await PostAsync(client, "definitions", Yaml.Of(), "application/yaml");
        using var content = new StringContent(ContentFiles.Of(30), System.Text.Encoding.UTF8, "application/x-ndjson");
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("content/import", content)).StatusCode);

        var run = await RefusedAsync(client, "runs", $"{{\"definitionId\":\"{definition.GetProperty("definitionId").GetString()}\"}}");
        var digest = await RefusedAsync(
            client, "admin/run",
            $$"""{"topicId": "{{ContentFiles.TopicId}}", "windowStart": "2026-05-04", "windowEnd": "2026-05-08", "providerOverride": {"provider": "openai-compatible", "model": "m"} }""");

        Assert.All([run, digest], text => Assert.Contains("Queue 'pipeline' cannot be reached", text, StringComparison.Ordinal));
        Assert.Equal("""{"runs":[],"continuationToken":null}""", await client.GetStringAsync("runs"));
    }

    private static async Task<string> RefusedAsync(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(path, content);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
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
}
