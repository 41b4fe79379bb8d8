using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Local;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.SelfTests;

namespace FunctionsEval.Cli;

/// <summary>functionseval selftest [FILE]: how often do verdicts claim a difference that is not there, and find one that is?</summary>
internal static class SelfTestCommand
{
    private const int SimulatedRuns = 100;
    private const int OwnRuns = 10;

    private static readonly Argument<FileInfo?> File = new("file")
    {
        Description = "Test on this definition's scenarios, scorer and first model, at its price; without it simulated models answer",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> CellsOf = new("--cells-of") { Description = "Test on the stored cells of this run, its variants shuffled by chance; calls no model", HelpName = "RUN" };
    private static readonly Option<int?> Runs = new("--runs") { Description = "Comparisons of either kind (default 100, or 10 on a definition)", HelpName = "N", CustomParser = NumberParser.Optional<int> };
    private static readonly Option<int?> Samples = new("--samples") { Description = "On a definition: samples per scenario of one side of a comparison (default 1)", HelpName = "K", CustomParser = NumberParser.Optional<int> };
    private static readonly Option<double?> Effect = new("--effect") { Description = "On a definition: the effect that is added (default: what the plan would find in 80%)", HelpName = "D", CustomParser = NumberParser.Optional<double> };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("selftest", "Count false positives and power of the verdicts where the truth is known")
        {
            File, CellsOf, Runs, Samples, Effect, CommonOptions.Concurrency, CommonOptions.BaseUrl, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(CellsOf) is { } runId)
        {
            return await OfCellsAsync(terminal, arguments, runId, cancellationToken);
        }

        var images = new ImageFiles(arguments.GetValue(File) is { } file ? DefinitionFile.FolderOf(file) : "");
        if (await DesignAsync(terminal, arguments, images, cancellationToken) is not { } design)
        {
            return ExitCodes.Usage;
        }

        using var folder = new ScratchFolder();
        await using var simulator = design.IsSimulated ? await SimulatorServer.StartAsync(new SimulatorOptions(), TimeProvider.System, cancellationToken) : null;
        var sources = terminal.SourcesFor(arguments.GetValue(File));
        var settings = new Settings(
            name => name.StartsWith("AzureWebJobsStorage", StringComparison.Ordinal) ? null : sources.Value(name),
            folder.Path,
            simulator?.BaseUrl.ToString() ?? CommonOptions.BaseUrlOf(arguments),
            arguments.GetValue(CommonOptions.Concurrency));
        await using var program = LocalProgram.Open(settings, Terminal.Warnings());
        await DefinitionFile.StoreImagesAsync(program, images, cancellationToken);
        var calls = (long)design.Definition.Scenarios.Count * design.Definition.AllVariants().Count * design.Definition.SamplesPerScenario;
        terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"functionseval: {design.Runs} comparisons of either kind, {calls:N0} conversations"));
        var report = await new SelfTest(program).RunAsync(design, cancellationToken);
        Print(terminal, report, arguments.GetValue(CommonOptions.Json));
        return report.IsSound ? ExitCodes.Completed : ExitCodes.Unsound;
    }

    private static async Task<int> OfCellsAsync(Terminal terminal, ParseResult arguments, string runId, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(File) is not null || arguments.GetValue(Runs) is not null || arguments.GetValue(Samples) is not null)
        {
            throw new UsageException($"{CellsOf.Name} takes the cells as they are: no definition, {Runs.Name} or {Samples.Name} beside it.");
        }

        await using var program = CommonOptions.OpenExisting(terminal, arguments, mayBeReadOnly: true);
        var run = await program.FindRunAsync(runId, cancellationToken);
        var report = await new SelfTest(program).OfRunAsync(run, arguments.GetValue(Effect), cancellationToken);
        Print(terminal, report, arguments.GetValue(CommonOptions.Json));
        return report.IsSound ? ExitCodes.Completed : ExitCodes.Unsound;
    }

    private static async Task<SelfTestDesign?> DesignAsync(Terminal terminal, ParseResult arguments, ImageFiles images, CancellationToken cancellationToken)
    {
        var runs = arguments.GetValue(Runs);
        var samples = arguments.GetValue(Samples) ?? 1;
        if (arguments.GetValue(File) is not { } file)
        {
            if ((arguments.GetValue(Samples) is null ? arguments.GetValue(Effect) is null ? null : Effect.Name : Samples.Name) is { } option)
            {
                throw new UsageException($"{option} is for a self-test on a definition: name its file.");
            }

            Check("--runs", runs ?? SimulatedRuns, 10, 5_000);
            return SelfTestDesign.Simulated(runs ?? SimulatedRuns);
        }

        Check("--samples", samples, 1, DefinitionRules.MaxSamples / 4);
        Check("--runs", runs ?? OwnRuns, 2, DefinitionRules.MaxSamples / (2 * samples));
        var definition = await DefinitionFile.ReadAsync(terminal, file, CommonOptions.DefaultsOf(terminal, file), settings: null, cancellationToken, images);
        return definition is { Scorers.Count: 0 } ? throw new UsageException("a self-test needs a scorer, but the definition has none.")
            : definition is null ? null
            : SelfTestDesign.OfOwn(definition, runs ?? OwnRuns, samples, arguments.GetValue(Effect));
    }

    private static void Check(string option, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            throw new UsageException($"{option} must be between {min} and {max}, but is {value}.");
        }
    }

    private static void Print(Terminal terminal, SelfTestReport report, bool asJson)
    {
        if (asJson)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(report, SelfTestsJson.Context.SelfTestReport));
            return;
        }

        var (same, power) = (report.FalsePositiveRate, report.Power);
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {report.Scenarios} scenarios x {(report.SamplesPerScenario == 1 ? "1 sample" : $"{report.SamplesPerScenario} samples")}, {same.Runs:N0} comparisons of two alike and {power.Runs:N0} with a difference, {report.Calls:N0} calls, {report.ElapsedSeconds:F1} s
            no difference, called one   {same.Rate:P1}   ({same.Lower:P1} .. {same.Upper:P1}; promised: at most {report.Alpha:P0})
            difference of {report.Effect:0.###}, found     {power.Rate:P1}   ({power.Lower:P1} .. {power.Upper:P1}; planned: {power.Planned:P1})
            {(report.IsSound ? "As promised, as far as so many comparisons can tell." : "Further from the promise than chance explains.")}
            """));
    }
}
