using FunctionsEval.Cli;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Faults;

/// <summary>Few open files, and standard streams that the caller has closed.</summary>
public sealed class Poor_machines
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    public async Task A_limit_on_open_files_that_is_too_low_is_named(int limit)
    {
        await using var bench = await Workbench.CreateAsync();

        var (exitCode, output, error) = await RunAsync(bench, $"ulimit -n {limit}; exec \"$@\"");

        Assert.True(exitCode == ExitCodes.Infrastructure, $"It ended with {exitCode}: {error}");
        Assert.Empty(output);
        Assert.Contains($"the limit on open files is {limit}", error, StringComparison.Ordinal);
        Assert.Contains("ulimit -n", error, StringComparison.Ordinal);
        Assert.Equal(0, bench.Simulator.Stats().Calls);
        Assert.False(Directory.Exists(bench.Data));
    }

    [Theory]
    [InlineData(320)]
    [InlineData(512, "--concurrency", "1000")]
    public async Task With_few_open_files_fewer_calls_are_made_at_once(int limit, params string[] options)
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(50)));

        var (exitCode, output, error) = await RunAsync(bench, $"ulimit -n {limit}; exec \"$@\"", options);

        Assert.True(exitCode == 0, $"It ended with {exitCode}: {error}");
        Assert.Contains($"warning: The limit on open files is {limit} (ulimit -n)", error, StringComparison.Ordinal);
        var result = RunFiles.ResultOf(output);
        Assert.Equal((RunStatus.Completed, 1000, 0), (result.Status, result.Progress.Completed, result.Progress.Failed));
        Assert.Equal(1000, bench.Simulator.Stats().Calls);
    }

    [Fact]
    public async Task Without_standard_error_a_run_completes()
    {
        await using var bench = await Workbench.CreateAsync();

        var (exitCode, output, error) = await RunAsync(bench, "exec \"$@\" 2>&-");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Equal(RunStatus.Completed, RunFiles.ResultOf(output).Status);
    }

    [Fact]
    public async Task Without_standard_error_a_mistake_still_has_its_exit_code()
    {
        await using var program = ProgramProcess.Start(["rum"], environment: null, "bash", "-c", "exec \"$@\" 2>&-", "bash");

        var (exitCode, output, error) = await program.EndAsync();

        Assert.Equal((ExitCodes.Usage, "", ""), (exitCode, output, error));
    }

    [Fact]
    public async Task Without_standard_output_a_run_is_made_and_the_closed_stream_is_named()
    {
        await using var bench = await Workbench.CreateAsync();

        var (exitCode, _, error) = await RunAsync(bench, "exec \"$@\" >&-");

        Assert.Equal(ExitCodes.Infrastructure, exitCode);
        Assert.Contains("Standard output cannot be written: it is closed.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Completed, (await bench.ReadAsync()).Run.Status);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(Workbench bench, string script, params string[] options)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The shell of Windows has other words.");
        await using var program = ProgramProcess.Start(
            bench.RunArguments(Yaml.Of(scenarios: 100, samples: 10), options), environment: null, "bash", "-c", script, "bash");
        return await program.EndAsync().WaitAsync(Cancel);
    }
}
