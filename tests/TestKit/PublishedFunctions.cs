using System.Diagnostics;

namespace FunctionsEval.TestKit;

/// <summary>
/// The function app as <c>dotnet publish</c> makes it, from what the tests were built with: framework-dependent and not compiled ahead,
/// which takes seconds instead of minutes. Kept in <c>artifacts/</c> and made again when the program was built again.
/// </summary>
public static class PublishedFunctions
{
    private static readonly SemaphoreSlim One = new(1);

    // artifacts/bin/<test project>/<configuration>/
    private static readonly DirectoryInfo Mine = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    public static string Repository => Artifacts.Parent!.FullName;

    /// <summary>The folder that the program is built into, which can be run as a function app too.</summary>
    public static string Built => Path.Combine(Artifacts.FullName, "bin", "functions", Mine.Name);

    /// <summary>What the tests, and the program, were built with.</summary>
    public static string Configuration => Mine.Name == "release" ? "Release" : "Debug";

    private static DirectoryInfo Artifacts => Mine.Parent!.Parent!.Parent!;

    /// <summary>The folder with host.json, functions.metadata, the host's extensions and the program.</summary>
    public static async Task<string> EnsureAsync(CancellationToken cancellationToken)
    {
        await One.WaitAsync(cancellationToken);
        try
        {
            var target = Path.Combine(Artifacts.FullName, "published", Mine.Name);
            var stamp = Path.Combine(target, ".published");
            var version = Version();
            if (!File.Exists(stamp) || await File.ReadAllTextAsync(stamp, cancellationToken) != version)
            {
                if (Directory.Exists(target))
                {
                    Directory.Delete(target, recursive: true);
                }

                await PublishAsync(target, cancellationToken);
                await File.WriteAllTextAsync(stamp, version, cancellationToken);
            }

            return target;
        }
        finally
        {
            One.Release();
        }
    }

    // An empty RuntimeIdentifier keeps the project from asking for the runtime of this machine, which would need another restore.
    private static async Task PublishAsync(string target, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "publish", Path.Combine(Repository, "functions"), "--no-build", "--configuration", Configuration, "--output", target,
            "-p:SelfContained=false", "-p:PublishReadyToRun=false", "-p:RuntimeIdentifier=", "-nodeReuse:false",
        ];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"Publishing ended with {process.ExitCode}:\n{output}");
        }
    }

    private static string Version()
    {
        var files = new DirectoryInfo(Built).EnumerateFiles("*.dll")
            .Append(new FileInfo(Path.Combine(Built, "functions.metadata")))
            .Append(new FileInfo(Path.Combine(Repository, "host.json")));
        return string.Join('\n', files.OrderBy(file => file.FullName, StringComparer.Ordinal).Select(file => $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}"));
    }
}
