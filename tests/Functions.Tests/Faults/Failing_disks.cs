using System.Runtime.Versioning;
using FunctionsEval.Cli;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Faults;

public sealed class Failing_disks : IDisposable
{
    private const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Enter = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Write = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_full_disk_ends_the_run_with_a_clear_error_and_it_goes_on_when_there_is_room()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A small file system of its own needs Linux.");
        const string script = """
            mount -t tmpfs -o size=3m,mode=700 tmpfs "$1" || exit 77
            data=$1; shift
            "$@" --data "$data"; echo "ended with $?" >&2
            mount -o remount,size=64m "$data" || exit 77
            "$1" "$2" resume --json --data "$data"
            """;
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions(), TimeProvider.System, Cancel);
        var definition = RunFiles.Write(_folder.File("definition.yaml"), 100, 25, "sim-noisy");
        Directory.CreateDirectory(_folder.File("data"));

        await using var program = ProgramProcess.Start(
            ["run", definition, "--base-url", simulator.BaseUrl.ToString(), "--json"],
            environment: null,
            "unshare", "-rm", "sh", "-c", script, "sh", _folder.File("data"));
        var (exitCode, output, error) = await program.EndAsync();

        Assert.SkipWhen(
            error.StartsWith("unshare:", StringComparison.Ordinal) || error.StartsWith("mount:", StringComparison.Ordinal), $"No private mount here: {error}");
        Assert.Contains("disk (or its quota) is full", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.InRange(error.Split('\n').Length, 1, 40);
        Assert.Contains("Nothing that was stored is lost. When the cause is gone, go on with: functionseval resume", error, StringComparison.Ordinal);
        Assert.Contains($"ended with {ExitCodes.Infrastructure}", error, StringComparison.Ordinal);
        Assert.True(exitCode == 0, error);
        var result = RunFiles.ResultOf(output);
        Assert.Equal((RunStatus.Completed, 2500, 0), (result.Status, result.Progress.Completed, result.Progress.Failed));
        Assert.Equal(2500, result.Calls.Sent - result.Calls.Repeated);
        Assert.InRange(simulator.Stats().Calls, 2500, result.Calls.Sent);
    }

    [Fact]
    public async Task An_export_onto_a_full_disk_leaves_what_was_there_and_nothing_else()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A small file system of its own needs Linux.");
        const string script = """
            mount -t tmpfs -o size=64k tmpfs "$1" || exit 77
            cd "$1"; shift
            echo mine >run.json
            "$@"; code=$?
            echo *; cat run.json
            exit $code
            """;
        await using var bench = await Workbench.CreateAsync();
        Assert.Equal(0, (await bench.RunAsync(Yaml.Of(60, 5))).ExitCode);
        Directory.CreateDirectory(_folder.File("small"));

        await using var program = ProgramProcess.Start(
            ["export", "--format", "json", "-o", "run.json", "--force", "--data", bench.Data],
            environment: null,
            "unshare", "-rm", "sh", "-c", script, "sh", _folder.File("small"));
        var (exitCode, output, error) = await program.EndAsync();

        Assert.SkipWhen(
            error.StartsWith("unshare:", StringComparison.Ordinal) || error.StartsWith("mount:", StringComparison.Ordinal), $"No private mount here: {error}");
        Assert.True(exitCode == ExitCodes.Infrastructure, $"{exitCode}: {error}");
        Assert.Contains("'run.json' cannot be written, and nothing of it is left: No space left on device", error, StringComparison.Ordinal);
        Assert.Equal("run.json\nmine\n", output);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("resume")]
    public async Task A_read_only_data_folder_is_named(string verb)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions(), TimeProvider.System, Cancel);
        var definition = RunFiles.Write(_folder.File("definition.yaml"), 1, 1, "sim-noisy");
        var data = _folder.File("data");
        await RunAsync(definition, simulator, data);

        string[] target = verb == "run" ? [definition, "--base-url", simulator.BaseUrl.ToString()] : [];
        var (exitCode, printed, error) = await ReadOnlyAsync([verb, .. target], data);

        Assert.True(exitCode == ExitCodes.Infrastructure, $"It ended with {exitCode}: {printed}{error}");
        Assert.Contains(data, printed + error, StringComparison.Ordinal);
        Assert.Contains("folder", printed + error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(1, simulator.Stats().Calls);
    }

    [Fact]
    public async Task What_only_reads_works_in_a_read_only_data_folder()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions(), TimeProvider.System, Cancel);
        var data = _folder.File("data");
        var run = await RunAsync(RunFiles.Write(_folder.File("definition.yaml"), 12, 2, "sim-noisy", "sim-better-0.5"), simulator, data);
        var baseline = await RunAsync(RunFiles.Write(_folder.File("baseline.yaml"), 12, 2, "sim-steady"), simulator, data);

        var analyzed = await ReadOnlyAsync(["analyze", run.RunId, "--json"], data);
        var gated = await ReadOnlyAsync(
            ["gate", run.RunId, "--baseline", baseline.RunId, "--variant", "openai-compatible:sim-better-0.5", "--baseline-variant", "openai-compatible:sim-steady", "--margin", "1", "--json"], data);
        var planned = await ReadOnlyAsync(["plan", "--pilot", run.RunId, "--effect", "0.2", "--json"], data);
        var healthy = await ReadOnlyAsync(["health"], data);

        Assert.All(new[] { analyzed, gated, planned, healthy }, ended => Assert.True(ended.ExitCode == 0, $"{ended}"));
        var again = RunFiles.ResultOf(analyzed.Output).Analysis!;
        Assert.Equal(run.Analysis!.PerModel.Select(model => model.Mean), again.PerModel.Select(model => model.Mean));
        Assert.Equal(run.Analysis.PerScenario.Count, again.PerScenario.Count);
        Assert.True(again.ComputedAt > run.Analysis.ComputedAt);
        Assert.Contains("\"outcome\":\"pass\"", gated.Output, StringComparison.Ordinal);
        Assert.Contains("(read-only): reachable", healthy.Output, StringComparison.Ordinal);
        Assert.Contains("warning: The data folder is read-only", healthy.Output, StringComparison.Ordinal);
    }

    private static async Task<RunResult> RunAsync(string definition, SimulatorServer simulator, string data)
    {
        using var output = new StringWriter();
        var terminal = new Terminal(output, TextWriter.Null, IsOutRedirected: true, IsErrorRedirected: true, _ => null);
        Assert.Equal(0, await CommandLine.RunAsync(terminal, ["run", definition, "--base-url", simulator.BaseUrl.ToString(), "--data", data, "--json"], Cancel));
        return RunFiles.ResultOf(output.ToString());
    }

    /// <summary>The program as a user who may read the data folder, and not write it.</summary>
    [UnsupportedOSPlatform("windows")]
    private async Task<(int ExitCode, string Output, string Error)> ReadOnlyAsync(string[] arguments, string data)
    {
        foreach (var file in Directory.EnumerateFiles(data))
        {
            File.SetUnixFileMode(file, Read);
        }

        File.SetUnixFileMode(_folder.Path, Read | Enter);
        File.SetUnixFileMode(data, Read | Enter);
        await using var program = ProgramProcess.Start([.. arguments, "--data", data], environment: null, AsOrdinaryUser());
        var ended = await program.EndAsync();
        File.SetUnixFileMode(data, Read | Enter | Write);
        File.SetUnixFileMode(_folder.Path, Read | Enter | Write);
        return ended;
    }

    /// <summary>Root may write anywhere: there the program is started as nobody.</summary>
    private static string[] AsOrdinaryUser() =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
}
