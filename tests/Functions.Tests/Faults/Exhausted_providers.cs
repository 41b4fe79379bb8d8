using System.Text;
using FunctionsEval.Cli;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Faults;

public sealed class Exhausted_providers
{
    // Of no known vendor's shape, so that only what the program knows itself can cut it out.
    private const string Key = "Zq7xV0tK2mN9wR4sLpB8";

    [Fact]
    public async Task A_spent_daily_quota_pauses_the_run_and_fails_no_cell()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(RequestsPerDay: 25));

        var paused = await bench.RunAsync(Yaml.Of(scenarios: 10, samples: 6, models: ["sim-noisy"]));
        var callsBefore = bench.Simulator.Stats().Calls;
        bench.Simulator.Reset();
        var raised = await bench.CommandAsync(["resume", "--data", bench.Data, "--json"], TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Infrastructure, paused.ExitCode);
        Assert.Equal(("paused", 25, 0), Standing(paused));
        Assert.Contains("requests per day", paused.Json.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("the run was paused: openai-compatible:sim-noisy: RATE_LIMIT", paused.Error, StringComparison.Ordinal);
        Assert.InRange(callsBefore, 26, 60);
        Assert.Equal(("paused", 50, 0), Standing(raised));
        bench.Simulator.Reset();
        var done = await bench.CommandAsync(["resume", "--data", bench.Data, "--json"], TestContext.Current.CancellationToken);
        Assert.Equal(("completed", 60, 0), Standing(done));
        Assert.Equal(0, done.ExitCode);
    }

    [Fact]
    public async Task No_key_is_in_what_a_failing_run_prints_or_stores()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(ApiKey: "another"));
        bench.Environment["AZURE_OPENAI_ENDPOINT"] = bench.BaseUrl;
        foreach (var vendor in (string[])["OPENAI", "ANTHROPIC", "GOOGLE", "AZURE_OPENAI"])
        {
            bench.Environment[$"{vendor}_API_KEY"] = Key;
            bench.Environment[$"{vendor}_BASE_URL"] = bench.BaseUrl;
        }

        var yaml = Yaml.Of(scenarios: 2, samples: 2, models: ["sim-noisy"]).Replace(
            "openai-compatible:sim-noisy\"", "openai:sim-noisy\", \"anthropic:sim-noisy\", \"google:sim-noisy\", \"azure-openai:sim-noisy\"", StringComparison.Ordinal);
        var result = await bench.RunAsync(yaml);
        var health = await bench.CommandAsync(["health", "--data", bench.Data, "--json"], TestContext.Current.CancellationToken);

        Assert.Equal(("paused", 0), (result.Json.GetProperty("status").GetString(), result.Json.GetProperty("progress").GetProperty("failed").GetInt64()));
        Assert.DoesNotContain(Key, result.Output + result.Error + health.Output + health.Error, StringComparison.Ordinal);
        Assert.True(health.Json.GetProperty("keys").GetProperty("ANTHROPIC_API_KEY").GetBoolean());
        var stored = await Task.WhenAll(Directory.GetFiles(bench.Data, "*", SearchOption.AllDirectories).Select(file => File.ReadAllBytesAsync(file)));
        Assert.Contains(stored, bytes => Contains(bytes, "AUTH_ERROR"));
        Assert.DoesNotContain(stored, bytes => Contains(bytes, Key));
    }

    [Fact]
    public async Task No_key_is_in_any_log_of_a_failing_run_down_to_the_finest_level()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(ApiKey: "another"));
        string[] models = ["openai:sim-noisy", "anthropic:sim-noisy", "google:sim-noisy", "azure-openai:sim-noisy", "xai:sim-noisy", "openai-compatible:sim-noisy"];
        var settings = new Settings(
            name => name == "FUNCTIONSEVAL_API_KEY" ? null
                : name.EndsWith("_API_KEY", StringComparison.Ordinal) ? Key
                : name.EndsWith("_BASE_URL", StringComparison.Ordinal) || name == "AZURE_OPENAI_ENDPOINT" ? bench.BaseUrl
                : null,
            bench.Data);
        using var logs = new KeptLogs();
        using var loggers = KeptLogs.Factory(logs);
        await using (var server = RunServer.Start(settings, loggers))
        {
            var run = await server.StartRunAsync(RunServer.Definition(scenarios: 2, samples: 2, models));
            await Eventually.TrueAsync(async () => await server.StatusAsync(run) == RunStatus.Paused, "the run to pause");
            Assert.Equal(0, (await server.ProgressAsync(run)).Failed);
        }

        Assert.Contains(logs.Lines, line => line.Contains(": AUTH_ERROR", StringComparison.Ordinal));
        Assert.DoesNotContain(logs.Lines, line => line.Contains(Key, StringComparison.Ordinal));
    }

    private static bool Contains(byte[] bytes, string text) =>
        bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0 || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(text)) >= 0;

    private static (string? Status, long Completed, long Failed) Standing(CommandResult result) => (
        result.Json.GetProperty("status").GetString(),
        result.Json.GetProperty("progress").GetProperty("completed").GetInt64(),
        result.Json.GetProperty("progress").GetProperty("failed").GetInt64());
}
