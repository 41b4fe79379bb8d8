using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FunctionsEval.TestKit.FunctionsHost.Configuration;

namespace FunctionsEval.TestKit.FunctionsHost.Handler;

/// <summary>The handler as a child process: its port, its environment, its two output streams.</summary>
internal sealed class HandlerProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task _reading;

    private HandlerProcess(Process process, int port, HostLog log)
    {
        _process = process;
        Id = process.Id;
        Address = new Uri($"http://127.0.0.1:{port}/");
        _reading = Task.WhenAll(CopyAsync(process.StandardOutput, log.HandlerWrote), CopyAsync(process.StandardError, log.HandlerFailed));
    }

    public int Id { get; }

    public Uri Address { get; }

    public static HandlerProcess Start(string scriptRoot, HostJson host, IReadOnlyDictionary<string, string> settings, HostLog log)
    {
        var port = FreePort();
        string Expand(string text) => settings.Aggregate(text, (result, setting) => result.Replace($"%{setting.Key}%", setting.Value, StringComparison.OrdinalIgnoreCase));

        var executable = Expand(host.Executable);
        var inRoot = Path.GetFullPath(Path.Combine(scriptRoot, executable));
        var start = new ProcessStartInfo(File.Exists(inRoot) ? inRoot : executable, host.Arguments.Select(Expand))
        {
            WorkingDirectory = host.WorkingDirectory is { } folder ? Path.GetFullPath(Path.Combine(scriptRoot, folder)) : scriptRoot,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsForeign).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var id = Guid.NewGuid().ToString();
        start.Environment["FUNCTIONS_CUSTOMHANDLER_PORT"] = start.Environment["FUNCTIONS_HTTPWORKER_PORT"] = $"{port}";
        start.Environment["FUNCTIONS_CUSTOMHANDLER_WORKER_ID"] = start.Environment["FUNCTIONS_HTTPWORKER_ID"] = id;
        start.Environment["FUNCTIONS_APP_ROOT_PATH"] = scriptRoot;
        return new HandlerProcess(Process.Start(start)!, port, log);
    }

    /// <summary>The exit code, once everything that it wrote has been read.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync();
        await _reading;
        return _process.ExitCode;
    }

    /// <summary>SIGKILL; the host knows no gentler way.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It is gone already.
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    // Of what this machine has set, nothing that names a store, a key or a port of a web server may leak into the handler.
    private static bool IsForeign(string name) =>
        name.StartsWith("AzureWebJobs", StringComparison.Ordinal)
        || name.StartsWith("FUNCTIONS", StringComparison.Ordinal)
        || name.StartsWith("OPENAI_", StringComparison.Ordinal)
        || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
        || name.StartsWith("OTEL_", StringComparison.Ordinal);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task CopyAsync(StreamReader from, Action<string> to)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            to(line);
        }
    }
}
