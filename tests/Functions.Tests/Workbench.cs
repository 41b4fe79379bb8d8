using System.Text.Json;
using FunctionsEval.Cli;
using FunctionsEval.Local;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests;

/// <summary>A folder, a simulated model server, and the commands of the program in this process.</summary>
internal sealed class Workbench : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private Workbench(SimulatorServer simulator) => Simulator = simulator;

    public SimulatorServer Simulator { get; }

    /// <summary>The data folder; nothing makes it but the program.</summary>
    public string Data => _folder.File("data");

    public string BaseUrl => Simulator.BaseUrl.ToString();

    /// <summary>What the commands see as environment variables.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public static async Task<Workbench> CreateAsync(SimulatorOptions? options = null) =>
        new(await SimulatorServer.StartAsync(options ?? new SimulatorOptions(), TimeProvider.System, CancellationToken.None));

    public string Path(string name) => _folder.File(name);

    /// <summary>Writes a file beside the data folder; gives its path.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(Path(name), text);
        return Path(name);
    }

    /// <summary>Runs a command to its end, as from a shell whose streams are files.</summary>
    public async Task<CommandResult> CommandAsync(IEnumerable<string> arguments, CancellationToken cancellationToken = default)
    {
        var (output, error) = (new SharedText(), new SharedText());
        var exitCode = await CommandLine.RunAsync(Terminal(output, error), [.. arguments], cancellationToken);
        return new CommandResult(exitCode, output.ToString(), error.ToString());
    }

    /// <summary><c>run</c> of a definition against the simulator, with --json.</summary>
    public Task<CommandResult> RunAsync(string definition, params string[] options) => CommandAsync(RunArguments(definition, options));

    public string[] RunArguments(string definition, params string[] options) =>
        ["run", Write("definition.yaml", definition), "--base-url", BaseUrl, "--data", Data, "--json", .. options];

    public Terminal Terminal(TextWriter output, TextWriter error, bool isErrorRedirected = true) =>
        new(output, error, IsOutRedirected: true, isErrorRedirected, Environment.GetValueOrDefault);

    /// <summary>The program's parts over the data folder, as a command has them; jobs go straight to the pipeline.</summary>
    public LocalProgram Open(bool isCommand = true) => LocalProgram.Open(new Settings(Environment.GetValueOrDefault, Data, BaseUrl), FunctionsEval.Cli.Terminal.Warnings(), isCommand);

    /// <summary>What the store holds of its newest run, or of the one named.</summary>
    public async Task<StoredRun> ReadAsync(string? runId = null)
    {
        await using var services = Open();
        return await StoredRun.ReadAsync(services, runId);
    }

    public async ValueTask DisposeAsync()
    {
        await Simulator.DisposeAsync();
        _folder.Dispose();
    }
}

internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output, which must be one JSON object.</summary>
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
    }
}
