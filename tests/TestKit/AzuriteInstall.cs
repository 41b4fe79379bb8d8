using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace FunctionsEval.TestKit;

/// <summary>Installs the locked Azurite once, into <c>artifacts/azurite</c>. Several test processes may ask at the same time.</summary>
internal static class AzuriteInstall
{
    private static readonly string[] Files = ["package.json", "package-lock.json", "exit-with-parent.cjs"];
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);

    /// <summary>The folder that holds <c>node_modules/azurite</c>.</summary>
    public static async Task<string> EnsureAsync(CancellationToken cancellationToken)
    {
        var root = RepositoryRoot();
        var source = Path.Combine(root, "tests", "TestKit", "azurite");
        var target = Path.Combine(root, "artifacts", "azurite");
        Directory.CreateDirectory(target);
        var version = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(source, "package-lock.json"), cancellationToken)));
        var stamp = Path.Combine(target, "installed");

        await using var installLock = await LockAsync(Path.Combine(target, "install.lock"), cancellationToken);
        if (!File.Exists(stamp) || await File.ReadAllTextAsync(stamp, cancellationToken) != version)
        {
            foreach (var file in Files)
            {
                File.Copy(Path.Combine(source, file), Path.Combine(target, file), overwrite: true);
            }

            await InstallAsync(target, cancellationToken);
            await File.WriteAllTextAsync(stamp, version, cancellationToken);
        }

        return target;
    }

    public static Process Start(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new AzuriteUnavailableException($"'{program}' cannot be started ({e.Message}). Install Node.js 20 or newer.");
        }
    }

    private static async Task InstallAsync(string folder, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(InstallLimit);
        using var npm = Start(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        try
        {
            var output = npm.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = await npm.StandardError.ReadToEndAsync(limit.Token);
            await output;
            await npm.WaitForExitAsync(limit.Token);
            if (npm.ExitCode != 0)
            {
                throw new AzuriteUnavailableException($"npm ci ended with {npm.ExitCode}: {errors.ReplaceLineEndings(" ").Trim()}");
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            npm.Kill(entireProcessTree: true);
            throw new AzuriteUnavailableException($"npm ci took longer than {InstallLimit.TotalMinutes} minutes.");
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
            "the installation of Azurite by another test process to end",
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

        throw new AzuriteUnavailableException($"the tests do not run inside the repository ({AppContext.BaseDirectory}).");
    }
}

/// <summary>Why there is no emulator on this machine.</summary>
internal sealed class AzuriteUnavailableException(string message) : Exception(message);
