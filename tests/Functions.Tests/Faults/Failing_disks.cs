using FunctionsEval.Cli;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs;
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

    [Theory]
    [InlineData("run")]
    [InlineData("resume")]
    [InlineData("analyze")]
    [InlineData("health")]
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
        using (var output = new StringWriter())
        {
            var terminal = new Terminal(output, TextWriter.Null, IsOutRedirected: true, IsErrorRedirected: true, _ => null);
            Assert.Equal(0, await CommandLine.RunAsync(terminal, ["run", definition, "--base-url", simulator.BaseUrl.ToString(), "--data", data], Cancel));
        }

        foreach (var file in Directory.EnumerateFiles(data))
        {
            File.SetUnixFileMode(file, Read);
        }

        File.SetUnixFileMode(_folder.Path, Read | Enter);
        File.SetUnixFileMode(data, Read | Enter);
        string[] target = verb == "run" ? [definition, "--base-url", simulator.BaseUrl.ToString()] : [];
        await using var program = ProgramProcess.Start([verb, .. target, "--data", data], environment: null, AsOrdinaryUser());
        var (exitCode, printed, error) = await program.EndAsync();
        File.SetUnixFileMode(data, Read | Enter | Write);
        File.SetUnixFileMode(_folder.Path, Read | Enter | Write);

        Assert.True(exitCode == ExitCodes.Infrastructure, $"It ended with {exitCode}: {printed}{error}");
        Assert.Contains(data, printed + error, StringComparison.Ordinal);
        Assert.Contains("folder", printed + error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(1, simulator.Stats().Calls);
    }

    /// <summary>Root may write anywhere: there the program is started as nobody.</summary>
    private static string[] AsOrdinaryUser() =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
}
