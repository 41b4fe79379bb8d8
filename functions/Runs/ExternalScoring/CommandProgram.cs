using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace FunctionsEval.Runs.ExternalScoring;

/// <summary>
/// Runs a program of the user's once for one score: JSON on its standard input, JSON on its standard output. No shell takes part. When it ended, took too long or
/// printed too much, it is ended with all that it started, and no variable that looks like a secret reaches it.
/// </summary>
internal static partial class CommandProgram
{
    private const int MostOfErrors = 2_000;
    private const int Sigkill = 9;

    // Of util-linux and BusyBox. It becomes the program, which then leads a group of its own, so that what it leaves behind can be found; where it is not there
    // (macOS) only the descendants that still have their parents are.
    private static readonly string? GroupLeader = OperatingSystem.IsLinux() ? Find("setsid", "/") : null;

    /// <summary>The file of a program that is found beside the definition, where its name has a slash or a file has its name, or in PATH; null when there is none.</summary>
    public static string? Find(string program, string folder)
    {
        var beside = Path.GetFullPath(Path.Combine(folder, program));
        if (program.Contains('/', StringComparison.Ordinal) || program.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            return File.Exists(beside) ? beside : null;
        }

        string[] endings = OperatingSystem.IsWindows() ? ["", ".exe", ".cmd", ".bat"] : [""];
        var inPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(path => endings.Select(ending => Path.Combine(path, program + ending)));
        return inPath.FirstOrDefault(File.Exists);
    }

    public static async Task<ScorerReply> RunAsync(
        IReadOnlyList<string> command, string folder, byte[] input, TimeSpan most, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (Find(command[0], folder) is not { } file)
        {
            return ScorerReply.Failed($"The program '{command[0]}' is not there.");
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) == UnixFileMode.None)
        {
            return ScorerReply.Failed($"The program '{command[0]}' cannot be started: it is not executable.");
        }

        var start = new ProcessStartInfo(GroupLeader ?? file, GroupLeader is null ? command.Skip(1) : [file, .. command.Skip(1)])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var name in start.Environment.Keys.Where(name => Secret().IsMatch(name)).ToList())
        {
            start.Environment.Remove(name);
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Exception problem) when (problem is Win32Exception or InvalidOperationException or IOException)
        {
            return ScorerReply.Failed($"The program '{command[0]}' cannot be started: {problem.Message}");
        }

        using (process)
        {
            using var limit = new CancellationTokenSource(most, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                return await TalkAsync(process, command[0], input, either.Token);
            }
            catch (OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return ScorerReply.Failed(FormattableString.Invariant($"The program '{command[0]}' took longer than {most.TotalSeconds:0.###} s."));
            }
            finally
            {
                End(process);
            }
        }
    }

    private static async Task<ScorerReply> TalkAsync(Process process, string name, byte[] input, CancellationToken cancellationToken)
    {
        var writing = WriteAsync(process, input, cancellationToken);
        var errors = ReadAsync(process.StandardError.BaseStream, MostOfErrors, goesOn: true, cancellationToken);
        var output = await ReadAsync(process.StandardOutput.BaseStream, ScorerReply.MaxBytes + 1, goesOn: false, cancellationToken);
        if (output.Length > ScorerReply.MaxBytes)
        {
            return ScorerReply.Failed(FormattableString.Invariant($"The program '{name}' printed more than {ScorerReply.MaxBytes:N0} bytes."));
        }

        await process.WaitForExitAsync(cancellationToken);
        await writing;
        if (process.ExitCode == 0)
        {
            return new ScorerReply(output, null);
        }

        // Ctrl+C reaches it too: then it is this program that ends, and the answer is scored when the run goes on.
        await Task.Delay(process.ExitCode > 128 ? 300 : 0, cancellationToken);
        var said = ExternalScorers.Cut(Encoding.UTF8.GetString(await errors));
        return ScorerReply.Failed($"The program '{name}' ended with exit code {process.ExitCode}{(said.Length > 0 ? $": {said}" : "")}.");
    }

    private static async Task WriteAsync(Process process, byte[] input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It need not read what it does not want to know.
        }
    }

    /// <param name="goesOn">Reads to the end, so that the program is not held up, and keeps only the beginning.</param>
    private static async Task<byte[]> ReadAsync(Stream stream, int most, bool goesOn, CancellationToken cancellationToken)
    {
        var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            kept.Write(buffer, 0, (int)Math.Min(count, most - kept.Length));
            if (kept.Length == most && !goesOn)
            {
                break;
            }
        }

        return kept.ToArray();
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself.
        }

        if (GroupLeader is not null)
        {
            // A negative number is the group; that there is none left is as good.
            _ = Kill(-process.Id, Sigkill);
        }
    }

    // A generated import wants unsafe code for the whole program; two numbers need none.
#pragma warning disable SYSLIB1054
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
#pragma warning restore SYSLIB1054

    [GeneratedRegex("KEY|TOKEN|SECRET|PASSW|PWD.+|CREDENTIAL|CONNECTION|AUTH|COOKIE|HEADERS|PROXY|AzureWebJobsStorage", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Secret();
}
