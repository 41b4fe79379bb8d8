using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace FunctionsEval.TestKit;

/// <summary>
/// A real Azurite for a test assembly or class: an account of its own in an emulator that all fixtures of the test process share, for to start one costs
/// seconds; on free ports, in memory, gone with the test process. Where it cannot be had (no Node, no registry) the tests that need it skip and say why.
/// </summary>
public sealed partial class AzuriteFixture : IAsyncLifetime
{
    private const int Accounts = 100;
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    // The process is kept: when its standard input is closed it ends.
    private static readonly Lazy<Task<(Process Process, Dictionary<string, string> Addresses)>> Emulator = new(StartAsync);
    private static int _taken;

    private string? _connectionString;
    private string _whyNot = "it was not started";

    /// <summary>False where the tests that need the emulator skip.</summary>
    public bool IsAvailable => _connectionString is not null;

    /// <summary>The connection string of an account of the running emulator; skips the calling test when there is none.</summary>
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
            var addresses = (await Emulator.Value).Addresses;
            var account = Interlocked.Increment(ref _taken) is var number and <= Accounts ? AccountName(number) : throw new InvalidOperationException("More accounts of the emulator are needed.");
            _connectionString = $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={Key};BlobEndpoint={addresses["Blob"]}/{account};" +
                                $"QueueEndpoint={addresses["Queue"]}/{account};TableEndpoint={addresses["Table"]}/{account};";
        }
        catch (NodeUnavailableException e)
        {
            _whyNot = e.Message;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string AccountName(int number) => $"tests{number}";

    private static async Task<(Process Process, Dictionary<string, string> Addresses)> StartAsync()
    {
        var installation = await NodeTool.EnsureAsync("azurite", CancellationToken.None);
        var process = NodeTool.Start(
            "node",
            Path.GetTempPath(),
            [("AZURITE_ACCOUNTS", string.Join(';', Enumerable.Range(1, Accounts).Select(number => $"{AccountName(number)}:{Key}")))],
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
                var line = await process.StandardOutput.ReadLineAsync(limit.Token)
                    ?? throw new NodeUnavailableException($"it ended at start: {string.Join(" ", lines)} {await process.StandardError.ReadToEndAsync(limit.Token)}");
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
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        return (process, addresses);
    }

    [GeneratedRegex("Azurite (?<service>Blob|Queue|Table) service is successfully listening at (?<address>http://[^ ]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Listening();
}
