using System.Diagnostics;
using FunctionsEval.Cli;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Runs;

/// <summary>A run has one executor: processes on one data folder leave each other's runs alone, and take over those that are left behind.</summary>
public sealed class Holding_runs
{
    private const int Cells = 240;
    private const int AtOnce = 4;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Resume_in_a_second_process_says_who_works_on_the_run_and_calls_nothing()
    {
        await using var bench = await Workbench.CreateAsync();
        bench.Simulator.HoldAfter(10);
        await using var first = Start(bench);
        await CallsReachAsync(bench, 10, first);

        await using var second = ProgramProcess.Start(["resume", "--data", bench.Data, "--json"]);
        var (exitCode, printed, error) = await second.EndAsync();
        bench.Simulator.LetGo();
        var (firstCode, output, firstError) = await first.EndAsync();

        Assert.Equal(ExitCodes.Infrastructure, exitCode);
        Assert.Empty(printed);
        Assert.Contains($"is worked on by process {first.Id} ", error, StringComparison.Ordinal);
        Assert.Contains(bench.Data, error, StringComparison.Ordinal);
        Assert.True(firstCode == 0, firstError);
        Assert.Equal((Cells, 0), (RunFiles.ResultOf(output).Calls.Sent, RunFiles.ResultOf(output).Calls.Repeated));
        Assert.Equal(Cells, bench.Simulator.Stats().Calls);
    }

    [Fact]
    public async Task A_server_leaves_the_run_of_a_live_process_alone_and_takes_it_over_once_that_is_killed()
    {
        await using var bench = await Workbench.CreateAsync();
        await using var reader = bench.Open();
        bench.Simulator.HoldAfter(8);
        await using var first = Start(bench);
        await CallsReachAsync(bench, 8, first);
        await using var server = Serve(bench);
        await Eventually.TrueAsync(
            () => server.Output.Contains("which works on it", StringComparison.Ordinal) || server.HasExited, "the server to look at the run", cancellationToken: Cancel);
        Assert.False(first.HasExited || server.HasExited, first.Error + server.Error);
        Assert.Equal(first.Id, (await bench.ReadAsync()).Run.Course.Executor?.ProcessId);
        Assert.InRange(bench.Simulator.Connections, 1, AtOnce);

        await first.KillAsync();
        var killed = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(
            async () => await RunAsync(reader) is { Course.Executor: { } executor } && executor.ProcessId == server.Id, "the server to take the run over", cancellationToken: Cancel);
        var took = Stopwatch.GetElapsedTime(killed);
        bench.Simulator.LetGo();
        await Eventually.TrueAsync(async () => (await RunAsync(reader)).Status.IsFinished(), "the end of the run", cancellationToken: Cancel);

        // By the identity of the process, not when its lease runs out.
        Assert.True(took < RunExecutor.Lifetime - TimeSpan.FromSeconds(10), $"It took {took.TotalSeconds:F1} s.");
        var stored = await bench.ReadAsync();
        stored.AssertWhole();
        Assert.Equal(RunStatus.Completed, stored.Run.Status);
        Assert.Null(stored.Run.Course.Executor);
        Assert.InRange(bench.Simulator.Stats().Calls, Cells, Cells + AtOnce);
        Assert.InRange(stored.Counts.CallsRepeated, bench.Simulator.Stats().Calls - Cells, AtOnce);
    }

    [Fact]
    public async Task The_lease_of_another_machine_counts_until_it_has_run_out()
    {
        await using var bench = await Workbench.CreateAsync();
        await InterruptedAsync(bench);
        var calls = bench.Simulator.Stats().Calls;
        await HoldAsync(bench, Elsewhere(TimeSpan.FromHours(1)));

        var young = await bench.CommandAsync(["resume", "--data", bench.Data, "--json"], Cancel);
        Assert.Equal(ExitCodes.Infrastructure, young.ExitCode);
        Assert.Contains("is worked on by process 4711 of elsewhere", young.Error, StringComparison.Ordinal);
        Assert.Equal(calls, bench.Simulator.Stats().Calls);

        await HoldAsync(bench, Elsewhere(TimeSpan.FromSeconds(-1)));
        var stale = await bench.CommandAsync(["resume", "--data", bench.Data, "--json"], Cancel);

        Assert.True(stale.ExitCode == 0, stale.Error);
        (await bench.ReadAsync()).AssertWhole();
        Assert.Equal(Cells, bench.Simulator.Stats().Calls);
    }

    /// <summary>A server that was told to look at once takes the stale lease, and only that one.</summary>
    [Fact]
    public async Task A_server_takes_over_a_stale_lease_of_another_machine_and_no_young_one()
    {
        await using var bench = await Workbench.CreateAsync();
        await using var reader = bench.Open();
        await InterruptedAsync(bench);
        var young = (await RunAsync(reader)).RunId;
        await HoldAsync(bench, Elsewhere(TimeSpan.FromHours(1)));
        await InterruptedAsync(bench);
        var stale = (await RunAsync(reader)).RunId;
        await HoldAsync(bench, Elsewhere(TimeSpan.FromSeconds(-1)));
        Assert.NotEqual(young, stale);

        await using var server = Serve(bench);
        await Eventually.TrueAsync(async () => (await RunAsync(reader, stale)).Status.IsFinished() || server.HasExited, "the end of the stale run", cancellationToken: Cancel);
        await Eventually.TrueAsync(
            () => server.Output.Contains($"Run {young} is left to process 4711 of elsewhere", StringComparison.Ordinal), "the server to look at the young one", cancellationToken: Cancel);

        Assert.Equal(RunStatus.Completed, (await RunAsync(reader, stale)).Status);
        var left = await bench.ReadAsync(young);
        Assert.Equal((RunStatus.Running, "elsewhere/4711/1"), (left.Run.Status, left.Run.Course.Executor?.Name));
        Assert.InRange(left.Cells.Count, 1, Cells - 1);
    }

    [Fact]
    public async Task A_process_whose_run_was_taken_over_stops_calling_and_says_so()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(400)));
        await using var first = Start(bench);
        await CallsReachAsync(bench, 8, first);

        await HoldAsync(bench, Elsewhere(TimeSpan.FromHours(1)));
        var (exitCode, output, error) = await first.EndAsync();

        Assert.True(exitCode == ExitCodes.Infrastructure, $"It ended with {exitCode}. {error}");
        Assert.Empty(output);
        Assert.Contains("Another process took the run over", error, StringComparison.Ordinal);
        var stored = await bench.ReadAsync();
        Assert.Equal("elsewhere/4711/1", stored.Run.Course.Executor?.Name);
        Assert.Equal(RunStatus.Running, stored.Run.Status);

        // A renewal is due every five seconds, and ten calls a second are made.
        Assert.InRange(bench.Simulator.Stats().Calls, 8, Cells / 2);
    }

    private static RunExecutor Elsewhere(TimeSpan left) =>
        new("elsewhere/4711/1", "another machine", ProcessId: 4711, ProcessStart: 1, Until: TimeProvider.System.GetUtcNow() + left);

    private static ProgramProcess Start(Workbench bench) =>
        ProgramProcess.Start(bench.RunArguments(Yaml.Of(scenarios: 60, samples: 4), "--concurrency", $"{AtOnce}"));

    private static ProgramProcess Serve(Workbench bench) =>
        ProgramProcess.Start(["serve", "--port", "0", "--data", bench.Data, "--base-url", bench.BaseUrl, "--concurrency", $"{AtOnce}"]);

    private static Task CallsReachAsync(Workbench bench, int calls, ProgramProcess program) => Eventually.TrueAsync(
        () => bench.Simulator.Stats().Calls >= calls || program.HasExited, $"{calls} calls", cancellationToken: Cancel);

    /// <summary>A run that somebody stopped in its midst.</summary>
    private static async Task InterruptedAsync(Workbench bench)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var before = bench.Simulator.Stats().Calls;
        var run = bench.CommandAsync(bench.RunArguments(Yaml.Of(scenarios: 60, samples: 4), "--concurrency", "1"), stop.Token);
        await Eventually.TrueAsync(() => bench.Simulator.Stats().Calls >= before + 10, "ten calls", cancellationToken: Cancel);
        await stop.CancelAsync();
        Assert.Equal(ExitCodes.Interrupted, (await run).ExitCode);
    }

    private static async Task HoldAsync(Workbench bench, RunExecutor executor)
    {
        await using var program = bench.Open();
        var runId = (await RunAsync(program)).RunId;
        Assert.NotNull(await program.Runs.ChangeAsync(runId, run => run with { Course = run.Course with { Executor = executor } }, Cancel));
    }

    /// <summary>The newest run, or the one named.</summary>
    private static async Task<RunRecord> RunAsync(LocalProgram program, string? runId = null) =>
        runId is null ? await program.Runs.AllAsync(Cancel).FirstAsync(Cancel) : await program.Runs.GetAsync(runId, Cancel);
}
