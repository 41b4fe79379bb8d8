using System.Diagnostics;

namespace FunctionsEval.TestKit;

/// <summary>
/// The built program in a process of its own, from its own output folder: the copy beside the tests is instrumented for coverage and
/// must not be killed. No variable of this process that names a store or a key is passed on.
/// </summary>
public sealed class ProgramProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly SharedText _output = new();
    private readonly SharedText _error = new();
    private readonly Task _reading;

    private ProgramProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(CopyAsync(process.StandardOutput, _output), CopyAsync(process.StandardError, _error));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it has written to standard output so far.</summary>
    public string Output => _output.ToString();

    /// <summary>What it has written to standard error so far.</summary>
    public string Error => _error.ToString();

    /// <param name="through">A program that starts it, with its first arguments: as another user, in another namespace, within limits.</param>
    public static ProgramProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, params string[] through) =>
        StartProgram([.. through, "dotnet", Assembly(), .. arguments], environment);

    /// <summary>The same of any program, such as a published one.</summary>
    /// <param name="command">The program and its arguments.</param>
    public static ProgramProcess StartProgram(string[] command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(IsForeign).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new ProgramProcess(Process.Start(start)!);
    }

    /// <summary>The built program, for what starts it in a way of its own.</summary>
    public static string Assembly()
    {
        // artifacts/bin/<test project>/<configuration>/ -> artifacts/bin/functions/<configuration>/
        var mine = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var file = Path.Combine(mine.Parent!.Parent!.FullName, "functions", mine.Name, "functionseval.dll");
        return File.Exists(file) ? file : throw new FileNotFoundException("The program is not built.", file);
    }

    /// <summary>Returns when the process has ended.</summary>
    public Task ExitAsync() => _process.WaitForExitAsync();

    /// <summary>SIGKILL: no handler runs, nothing is flushed. Returns when the process is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends a signal by name, such as INT or TERM.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, $"{Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for the end. Only a failing test waits for four minutes; a machine that is busy with other things must not fail one.</summary>
    public async Task<(int ExitCode, string Output, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(4));
        await _reading;
        return (_process.ExitCode, Output, Error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static async Task CopyAsync(StreamReader from, SharedText to)
    {
        var buffer = new char[4096];
        while (await from.ReadAsync(buffer) is > 0 and var count)
        {
            to.Write(buffer.AsSpan(0, count));
        }
    }

    private static bool IsForeign(string name) =>
        name.StartsWith("AzureWebJobs", StringComparison.Ordinal)
        || name.StartsWith("FUNCTIONSEVAL_", StringComparison.Ordinal)
        || name.StartsWith("OPENAI_", StringComparison.Ordinal);
}
