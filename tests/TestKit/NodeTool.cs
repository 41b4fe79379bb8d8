using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace FunctionsEval.TestKit;

/// <summary>Installs a tool that needs Node, with its locked packages, once. Several test processes may ask at the same time.</summary>
internal static class NodeTool
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);

    /// <summary>Copies <c>tests/TestKit/{name}</c> to <c>artifacts/{name}</c> and gives that folder, which holds <c>node_modules</c> then.</summary>
    public static async Task<string> EnsureAsync(string name, CancellationToken cancellationToken)
    {
        var root = RepositoryRoot();
        var files = Directory.GetFiles(Path.Combine(root, "tests", "TestKit", name));
        var target = Path.Combine(root, "artifacts", name);
        Directory.CreateDirectory(target);
        var version = await VersionAsync(files, cancellationToken);
        var stamp = Path.Combine(target, "installed");

        await using var installLock = await LockAsync(Path.Combine(target, "install.lock"), cancellationToken);
        if (!File.Exists(stamp) || await File.ReadAllTextAsync(stamp, cancellationToken) != version)
        {
            foreach (var file in files)
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
            }

            await InstallAsync(target, cancellationToken);
            await File.WriteAllTextAsync(stamp, version, cancellationToken);
        }

        return target;
    }

    public static Process Start(string program, string folder, IEnumerable<(string Name, string Value)> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new NodeUnavailableException($"'{program}' cannot be started ({e.Message}). Install Node.js 20 or newer.");
        }
    }

    private static async Task<string> VersionAsync(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            hash.AppendData(await File.ReadAllBytesAsync(file, cancellationToken));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static async Task InstallAsync(string folder, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(InstallLimit);
        using var npm = Start(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", folder, [], "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        try
        {
            var output = npm.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = await npm.StandardError.ReadToEndAsync(limit.Token);
            await output;
            await npm.WaitForExitAsync(limit.Token);
            if (npm.ExitCode != 0)
            {
                throw new NodeUnavailableException($"npm ci ended with {npm.ExitCode}: {errors.ReplaceLineEndings(" ").Trim()}");
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            npm.Kill(entireProcessTree: true);
            throw new NodeUnavailableException($"npm ci took longer than {InstallLimit.TotalMinutes} minutes.");
        }
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        FileStream? held = null;
        await Eventually.TrueAsync(
            () =>
            {
                try
                {
                    held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            "the installation by another test process to end",
            InstallLimit + TimeSpan.FromMinutes(1),
            cancellationToken);
        return held!;
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FunctionsEval.sln")))
            {
                return folder.FullName;
            }
        }

        throw new NodeUnavailableException($"the tests do not run inside the repository ({AppContext.BaseDirectory}).");
    }
}

/// <summary>Why a tool that needs Node cannot be had on this machine.</summary>
internal sealed class NodeUnavailableException(string message) : Exception(message);
