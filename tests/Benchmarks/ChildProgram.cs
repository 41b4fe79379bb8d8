using System.Diagnostics;
using System.Text.RegularExpressions;

namespace FunctionsEval.Benchmarks;

/// <summary>The program in a process of its own, once it has said where it listens.</summary>
internal sealed partial class ChildProgram(Process process, Uri url) : IDisposable
{
    public Uri Url => url;

    public static async Task<ChildProgram> StartAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "functionseval.dll");
        var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true })!;
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (UrlPattern().Match(line) is { Success: true } match)
            {
                return new ChildProgram(process, new Uri(match.Value));
            }
        }

        throw new InvalidOperationException($"The program ended without saying where it listens (exit code {process.ExitCode}).");
    }

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }

    [GeneratedRegex("http://127\\.0\\.0\\.1:[0-9]+/")]
    private static partial Regex UrlPattern();
}
