using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using FunctionsEval.TestKit;

namespace FunctionsEval.Benchmarks;

/// <summary>
/// The program as its users have it: published, each command a process of its own. <c>--published DIR</c> takes one that is there; without it the
/// program is published into a temporary folder.
/// </summary>
internal sealed partial class PublishedProgram(string directory) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>For the files and data of one benchmark.</summary>
    public string File(string name) => _folder.File(name);

    public static async Task<PublishedProgram> GetAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Find("published") is { } given)
        {
            return new PublishedProgram(Path.GetFullPath(given));
        }

        // Kept until the machine cleans its temporary folder: several benchmarks of one commit publish once.
        var repository = Repository();
        var published = Path.Combine(repository, "artifacts", "benchmarks");
        using var publish = Process.Start(new ProcessStartInfo(
            "dotnet", ["publish", Path.Combine(repository, "functions"), "-c", "Release", "-o", published, "--nologo", "-v", "q"])
        { RedirectStandardOutput = true })!;
        await publish.StandardOutput.ReadToEndAsync(cancellationToken);
        await publish.WaitForExitAsync(cancellationToken);
        return publish.ExitCode == 0 ? new PublishedProgram(published) : throw new InvalidOperationException($"dotnet publish ended with {publish.ExitCode}.");
    }

    /// <summary>A command from its start to its exit.</summary>
    public async Task<Measured> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? environment = null)
    {
        // A shell waits for the program, because .NET does not tell what a process that has ended has used.
        var start = new ProcessStartInfo("bash", ["-c", "\"$@\"; code=$?; times >&2; exit $code", "bash", Path.Combine(directory, "functionseval"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var clock = Stopwatch.StartNew();
        using var shell = Process.Start(start)!;
        var output = shell.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = shell.StandardError.ReadToEndAsync(cancellationToken);
        var peak = await PeakMemoryAsync(shell, cancellationToken);
        await shell.WaitForExitAsync(cancellationToken);
        var wall = clock.Elapsed;
        if (shell.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{arguments[0]}' ended with {shell.ExitCode}: {await errors}");
        }

        // "times" prints the shell's own on the first line and that of the program on the second, user and system.
        var times = TimePattern().Matches(await errors).TakeLast(2);
        return new Measured(wall, times.Aggregate(TimeSpan.Zero, (sum, time) => sum + TimeOf(time)), peak / 1048576.0, await output);
    }

    /// <summary>A server, once it has said where it listens; it ends with <see cref="RunningServer.Dispose"/>.</summary>
    public async Task<RunningServer> ServeAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var process = Process.Start(new ProcessStartInfo(Path.Combine(directory, "functionseval"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (UrlPattern().Match(line) is { Success: true } match)
            {
                // Nobody reads what else it says, and a full pipe would stop it.
                _ = process.StandardOutput.ReadToEndAsync(cancellationToken);
                return new RunningServer(process, new Uri(match.Value.TrimEnd('/') + "/"));
            }
        }

        throw new InvalidOperationException($"The program ended without saying where it listens (exit code {process.ExitCode}).");
    }

    public Process Start(IEnumerable<string> arguments) => Process.Start(
        new ProcessStartInfo(Path.Combine(directory, "functionseval"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose() => _folder.Dispose();

    // The kernel keeps the high-water mark as long as the process lives; what it grows by in its last moments is not seen.
    private static async Task<long> PeakMemoryAsync(Process shell, CancellationToken cancellationToken)
    {
        var peak = 0L;
        while (!shell.HasExited)
        {
            foreach (var child in ChildrenOf(shell.Id))
            {
                peak = Math.Max(peak, PeakOf(child));
            }

            await Task.WhenAny(shell.WaitForExitAsync(cancellationToken), Task.Delay(20, cancellationToken));
        }

        return peak;
    }

    private static string[] ChildrenOf(int process) => ReadOrEmpty($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static long PeakOf(string process) =>
        PeakPattern().Match(ReadOrEmpty($"/proc/{process}/status")) is { Success: true } match ? 1024 * long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    private static string ReadOrEmpty(string file)
    {
        try
        {
            return System.IO.File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static TimeSpan TimeOf(Match time) =>
        TimeSpan.FromMinutes(int.Parse(time.Groups[1].Value, CultureInfo.InvariantCulture)) + TimeSpan.FromSeconds(double.Parse(time.Groups[2].Value, CultureInfo.InvariantCulture));

    private static string Repository([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../.."));

    [GeneratedRegex("([0-9]+)m([0-9.]+)s")]
    private static partial Regex TimePattern();

    [GeneratedRegex("VmHWM:\\s*([0-9]+) kB")]
    private static partial Regex PeakPattern();

    [GeneratedRegex("http://127\\.0\\.0\\.1:[0-9]+")]
    private static partial Regex UrlPattern();
}

/// <summary>What a command took.</summary>
internal sealed record Measured(TimeSpan Wall, TimeSpan Cpu, double PeakMemoryMiB, string Output)
{
    public JsonDocument Json() => JsonDocument.Parse(Output);
}

internal sealed class RunningServer(Process process, Uri url) : IDisposable
{
    public Uri Url => url;

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
