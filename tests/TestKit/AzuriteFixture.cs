using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace FunctionsEval.TestKit;

/// <summary>
/// A real Azurite for a test assembly or class: on free ports, in memory, gone with the test process. Where it cannot be had (no Node,
/// no registry) the tests that need it skip and say why.
/// </summary>
public sealed partial class AzuriteFixture : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private Process? _process;
    private string? _connectionString;
    private string _whyNot = "it was not started";

    /// <summary>False where the tests that need the emulator skip.</summary>
    public bool IsAvailable => _connectionString is not null;

    /// <summary>The connection string of the running emulator; skips the calling test when there is none.</summary>
    public string ConnectionString
    {
        get
        {
            Assert.SkipWhen(_connectionString is null, $"Azurite is not available: {_whyNot}");
            return _connectionString!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        try
        {
            var module = await NodeTool.EnsureAsync("azurite", CancellationToken.None);
            _connectionString = await StartAsync(module);
        }
        catch (NodeUnavailableException e)
        {
            _whyNot = e.Message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _folder.Dispose();
    }

    private async Task<string> StartAsync(string installation)
    {
        _process = NodeTool.Start(
            "node",
            _folder.Path,
            "--require", Path.Combine(installation, "exit-with-parent.cjs"),
            Path.Combine(installation, "node_modules", "azurite", "dist", "src", "azurite.js"),
            "--blobPort", "0", "--queuePort", "0", "--tablePort", "0",
            "--silent", "--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence");
        using var limit = new CancellationTokenSource(StartLimit);
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = new List<string>();
        try
        {
            while (addresses.Count < 3)
            {
                var line = await _process.StandardOutput.ReadLineAsync(limit.Token)
                    ?? throw new NodeUnavailableException($"it ended at start: {string.Join(" ", lines)} {await _process.StandardError.ReadToEndAsync(limit.Token)}");
                lines.Add(line);
                if (Listening().Match(line) is { Success: true } match)
                {
                    addresses[match.Groups["service"].Value] = match.Groups["address"].Value;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new NodeUnavailableException($"it did not listen within {StartLimit.TotalSeconds} seconds: {string.Join(" ", lines)}");
        }

        // Nobody reads the rest: left alone, a full pipe would block the emulator.
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = _process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        const string account = "devstoreaccount1";
        const string key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
        return $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};BlobEndpoint={addresses["Blob"]}/{account};" +
               $"QueueEndpoint={addresses["Queue"]}/{account};TableEndpoint={addresses["Table"]}/{account};";
    }

    [GeneratedRegex("Azurite (?<service>Blob|Queue|Table) service is successfully listening at (?<address>http://[^ ]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Listening();
}
