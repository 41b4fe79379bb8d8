using System.CommandLine;
using System.Reflection;
using FunctionsEval.AbTests;
using FunctionsEval.Content;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Candidates;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Http;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs;

namespace FunctionsEval.Cli;

/// <summary>functionseval demo: a whole run against simulated models over real HTTP, into a fresh store. Needs no key, file or network.</summary>
internal static class DemoCommand
{
    private const string Resource = "FunctionsEval.Cli.demo.yaml";

    public static Command Create(Terminal terminal)
    {
        var command = new Command("demo", "Show a whole run, with simulated models") { CommonOptions.Json };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!;
        using var bytes = new MemoryStream();
        await resource.CopyToAsync(bytes, cancellationToken);
        var definition = await DefinitionFile.ParseAsync(terminal, "demo.yaml", bytes.ToArray(), DefinitionDefaults.None, settings: null, cancellationToken)
            ?? throw new InvalidDataException("The bundled definition is not valid.");
        await using var simulator = await SimulatorServer.StartAsync(
            new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(30), LatencySpread: 0.5), TimeProvider.System, cancellationToken);
        var folder = Path.Combine(Settings.DefaultDataFolder, "demo");
        terminal.Say($"two simulated models at {simulator.BaseUrl}, data in {folder}");

        var settings = new Settings(terminal.Environment, folder, simulator.BaseUrl.ToString());
        var exitCode = await RunSession.StartAsync(terminal, settings, arguments.GetValue(CommonOptions.Json), async program =>
        {
            var definitionId = await program.Get<DefinitionStore>().AddAsync(definition, cancellationToken);
            var outcome = await program.Get<StartRun>().StartAsync(definitionId, new RunOverrides(), settings.BaseUrl, cancellationToken);
            return ((StartOutcome.Started)outcome).Run;
        }, cancellationToken);
        // With --json there is one object, that of the run.
        if (exitCode == ExitCodes.Completed && !arguments.GetValue(CommonOptions.Json))
        {
            terminal.Say("now an A/B test: the same models triage a week of made-up content");
            exitCode = await RunAbTestAsync(terminal, settings, cancellationToken);
        }

        if (exitCode == ExitCodes.Completed && !arguments.GetValue(CommonOptions.Json))
        {
            terminal.Out.WriteLine($"""

                Next:
                  {terminal.Program} answers --differ --data {folder}
                  {terminal.Program} export --format html --force -o demo.html --data {folder}
                  {terminal.Program} open --data {folder}
                """);
        }

        return exitCode;
    }

    private static Task<int> RunAbTestAsync(Terminal terminal, Settings settings, CancellationToken cancellationToken) =>
        RunSession.StartAsync(terminal, settings, asJson: false, async program =>
        {
            await program.Get<ImportContent>().RunAsync(DemoContent.Open(), cancellationToken);
            var window = new TimeWindow(IsoTime.Parse(DemoContent.WindowStart)!.Value, IsoTime.Parse(DemoContent.WindowEnd)!.Value);
            var request = new AbTestRequest(
                DemoContent.TopicId,
                window,
                [new Variant("sim-noisy", "openai-compatible:sim-noisy"), new Variant("sim-better-0.5", "openai-compatible:sim-better-0.5")],
                MaxItems: 100,
                Samples: 2,
                Margin: 10);
            return ((AbTestOutcome.Started)await program.Get<StartAbTest>().StartAsync(request, settings.BaseUrl, cancellationToken)).Run;
        }, cancellationToken);
}
