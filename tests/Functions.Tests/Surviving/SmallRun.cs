using System.Globalization;
using System.Text;
using System.Text.Json;
using FunctionsEval.Cli;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Surviving;

/// <summary>A run of 30 scenarios x 2 models x 5 samples against a simulator in this process, worked on by processes that may be killed.</summary>
internal sealed class SmallRun : IAsyncDisposable
{
    public const int Cells = 30 * 2 * 5;

    /// <summary>Ten scenarios have a follow-up, so their conversations have two turns.</summary>
    public const int Turns = Cells + (10 * 2 * 5);

    public const int Concurrency = 8;

    private readonly TemporaryFolder _folder = new();

    private SmallRun(SimulatorServer simulator)
    {
        Simulator = simulator;
        File.WriteAllText(Definition, Yaml());
    }

    public SimulatorServer Simulator { get; }

    public string Data => _folder.File("data");

    private string Definition => _folder.File("definition.yaml");

    public static async Task<SmallRun> CreateAsync(TimeSpan latency) => new(await SimulatorServer.StartAsync(
        new SimulatorOptions(Latency: latency, LatencySpread: 0.5), TimeProvider.System, CancellationToken.None));

    public ProgramProcess Start() => ProgramProcess.Start(
        ["run", Definition, "--base-url", Simulator.BaseUrl.ToString(), "--data", Data, "--json", "--concurrency", $"{Concurrency}"]);

    public ProgramProcess Resume(int concurrency = Concurrency) => ProgramProcess.Start(["resume", "--data", Data, "--json", "--concurrency", $"{concurrency}"]);

    public Task CallsReachAsync(long calls, ProgramProcess program) => Eventually.TrueAsync(
        () => Simulator.Stats().Calls >= calls || program.HasExited, $"{calls} calls of the simulator");

    /// <summary>What the store holds while no program works on it.</summary>
    public async Task<(RunRecord Run, List<CellRecord> Cells, CellCounts Counts)> ReadAsync()
    {
        await using var services = Open();
        await foreach (var run in services.Runs.AllAsync(CancellationToken.None))
        {
            var counts = await services.Cells.CountAsync(run, CancellationToken.None);
            return (run, await services.Cells.AllAsync(run, CancellationToken.None).ToListAsync(), counts.Aggregate((a, b) => a + b));
        }

        throw new InvalidOperationException("There is no run in the store.");
    }

    /// <summary>Turns that need not be asked again: those of stored cells, and those of longer conversations that were cut off.</summary>
    public async Task<int> StoredTurnsAsync(RunRecord run)
    {
        await using var services = Open();
        var items = await services.Runs.ItemsAsync(run.RunId, CancellationToken.None).ToListAsync();
        var stored = await services.Cells.AllAsync(run, CancellationToken.None).Select(cell => cell.Address).ToHashSetAsync();
        var addresses =
            from item in Enumerable.Range(0, items.Count)
            from variant in Enumerable.Range(0, run.Variants.Count)
            from sample in Enumerable.Range(0, run.Sampling.SamplesPerScenario)
            select new CellAddress(item, variant, sample);
        var turns = 0;
        foreach (var address in addresses.Where(address => stored.Contains(address) || items[address.Item].FollowUps.Count > 0))
        {
            turns += (await services.Cells.FindTranscriptAsync(run.RunId, address, CancellationToken.None))?.Turns.Count ?? 0;
        }

        return turns;
    }

    /// <summary>All rows of the newest run.</summary>
    public async Task<StoredRun> ReadAllAsync()
    {
        await using var services = Open();
        return await StoredRun.ReadAsync(services);
    }

    public static RunResult ResultOf(string output) => JsonSerializer.Deserialize(output, CliJson.Context.RunResult)!;

    public async ValueTask DisposeAsync()
    {
        await Simulator.DisposeAsync();
        _folder.Dispose();
    }

    private LocalProgram Open() => LocalProgram.Open(new Settings(_ => null, Data), Terminal.Warnings());

    private static string Yaml()
    {
        var yaml = new StringBuilder("name: small\npreamble: You answer with one line.\nscenarios:\n");
        for (var index = 0; index < 30; index++)
        {
            var followUps = index < 10 ? ", followups: [{ label: why, prompt: \"Why?\" }]" : "";
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{ id: s{index:D2}, prompt: \"How acceptable is case {index}, from 1 to 5?\"{followUps} }}\n");
        }

        return yaml.Append("models: [\"openai-compatible:sim-noisy\", \"openai-compatible:sim-better\"]\nsamplesPerScenario: 5\n")
            .Append("scorers: [{ type: number, pattern: 'Rating:\\s*(\\d)', min: 1, max: 5 }]\n")
            .ToString();
    }
}
