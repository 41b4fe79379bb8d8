using System.Diagnostics;

namespace FunctionsEval.Storage.Tests.Children;

/// <summary>This test program started once more as a child, perhaps through another program (as another user, in another namespace).</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "FunctionsEval.Storage.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));

    public int Id => _process.Id;

    public static ChildProcess Start(params string[] arguments) => StartProgram(Executable, ["child", .. arguments]);

    /// <summary>Root may read and write anything: there the child is nobody.</summary>
    public static ChildProcess StartAsOrdinaryUser(params string[] arguments) =>
        Environment.IsPrivilegedProcess
            ? StartProgram("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", Executable, "child", .. arguments])
            : Start(arguments);

    public static ChildProcess StartProgram(string program, params string[] arguments) =>
        new(Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken) => await _process.StandardOutput.ReadLineAsync(cancellationToken);

    /// <summary>The rest of its output, errors behind it, once it has ended.</summary>
    public async Task<string> ReadToEndAsync(CancellationToken cancellationToken)
    {
        var errors = _process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await _process.StandardOutput.ReadToEndAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        return output + await errors;
    }

    public void EndInput() => _process.StandardInput.Close();

    /// <summary>SIGKILL: no handler runs.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
