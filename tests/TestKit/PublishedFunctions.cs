using System.Diagnostics;

namespace FunctionsEval.TestKit;

/// <summary>
/// The script root as <c>dotnet publish</c> makes it, from what the tests were built with: framework-dependent and not compiled ahead,
/// which takes seconds instead of minutes. Kept in <c>artifacts/</c> and made again when the program was built again.
/// </summary>
public static class PublishedFunctions
{
    private static readonly SemaphoreSlim One = new(1);

    /// <summary>The folder with host.json, a folder a function, and the program.</summary>
    public static async Task<string> EnsureAsync(CancellationToken cancellationToken)
    {
        await One.WaitAsync(cancellationToken);
        try
        {
            // artifacts/bin/<test project>/<configuration>/
            var mine = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            var artifacts = mine.Parent!.Parent!.Parent!;
            var target = Path.Combine(artifacts.FullName, "published", mine.Name);
            var built = Path.Combine(artifacts.FullName, "bin", "functions", mine.Name);
            var stamp = Path.Combine(target, ".published");
            var version = Version(artifacts.Parent!.FullName, built);
            if (!File.Exists(stamp) || await File.ReadAllTextAsync(stamp, cancellationToken) != version)
            {
                if (Directory.Exists(target))
                {
                    Directory.Delete(target, recursive: true);
                }

                await PublishAsync(artifacts.Parent!.FullName, mine.Name, target, cancellationToken);
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
    private static async Task PublishAsync(string repository, string configuration, string target, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "publish", Path.Combine(repository, "functions"), "--no-build", "--configuration", configuration == "release" ? "Release" : "Debug", "--output", target,
            "-p:SelfContained=false", "-p:PublishReadyToRun=false", "-p:PublishReadyToRunComposite=false", "-p:RuntimeIdentifier=", "-nodeReuse:false",
        ];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"Publishing ended with {process.ExitCode}:\n{output}");
        }
    }

    private static string Version(string repository, string built)
    {
        var files = new DirectoryInfo(built).EnumerateFiles("*.dll")
            .Concat(new DirectoryInfo(Path.Combine(repository, "functions", "Bindings")).EnumerateFiles("function.json", SearchOption.AllDirectories))
            .Append(new FileInfo(Path.Combine(repository, "host.json")));
        return string.Join('\n', files.OrderBy(file => file.FullName, StringComparer.Ordinal).Select(file => $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}"));
    }
}
