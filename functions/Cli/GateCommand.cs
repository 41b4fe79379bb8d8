using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FunctionsEval.Gates;
using FunctionsEval.Local;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Cli;

/// <summary>functionseval gate RUN: may a run take the place of another, does it keep its limits? Exit codes for build servers; calls no model.</summary>
internal static class GateCommand
{
    private static readonly Argument<string> RunIdArgument = new("runId") { Description = "The run that wants to pass" };
    private static readonly Option<string?> Baseline = new("--baseline") { Description = "What it is compared with: a run, a tag (its newest completed run), a file of results (run --json, export), or 'latest', the newest completed run before it of the same name", HelpName = "RUN|TAG|FILE" };
    private static readonly Option<string[]> Least = new("--min") { Description = "The least that a measure may be, such as passRate=0.9; may be repeated", HelpName = "MEASURE=X" };
    private static readonly Option<string[]> Most = new("--max") { Description = "The most that it may be, such as cost=2.5, latencyP95=3000 (ms) or errorRate=0.01; may be repeated", HelpName = "MEASURE=X" };
    private static readonly Option<double?> Margin = new("--margin") { Description = "A loss below this is acceptable (default: compare.margin of the run)", HelpName = "D", CustomParser = NumberParser.Optional<double> };
    private static readonly Option<double?> Confidence = new("--confidence") { Description = "0.8 to 0.999 (default: the run's, or 0.95)", HelpName = "C", CustomParser = NumberParser.Optional<double> };
    private static readonly Option<string[]> Metrics = new("--metric") { Description = "A scorer to look at (default: all); may be repeated", HelpName = "NAME" };
    private static readonly Option<string?> Variant = new("--variant") { Description = "The variant of the run (default: all that both runs have)", HelpName = "NAME" };
    private static readonly Option<string?> BaselineVariant = new("--baseline-variant") { Description = "The variant of the baseline", HelpName = "NAME" };
    private static readonly Option<double?> AllowMissing = new("--allow-missing") { Description = "Share of cells, 0 to 1, that may be without a score (default 0)", HelpName = "S", CustomParser = NumberParser.Optional<double> };
    private static readonly Option<string?> JUnit = new("--junit") { Description = "Write JUnit XML to this file", HelpName = "FILE" };
    private static readonly Option<string?> Markdown = new("--markdown") { Description = "Append a summary to this file, such as $GITHUB_STEP_SUMMARY", HelpName = "FILE" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("gate", "Pass or fail a run against a baseline and limits: exit 0 pass, 10 regress, 11 inconclusive, 12 incomplete")
        {
            RunIdArgument, Baseline, Least, Most, Margin, Confidence, Metrics, Variant, BaselineVariant, AllowMissing, JUnit, Markdown, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    public static int ExitCodeOf(GateOutcome outcome) => outcome switch
    {
        GateOutcome.Pass => ExitCodes.Completed,
        GateOutcome.Regress => ExitCodes.Regress,
        GateOutcome.Inconclusive => ExitCodes.Inconclusive,
        _ => ExitCodes.Incomplete,
    };

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        Between(arguments.GetValue(Margin), "--margin", 0, double.MaxValue, isOpen: true);
        Between(arguments.GetValue(Confidence), "--confidence", 0.8, 0.999);
        Between(arguments.GetValue(AllowMissing), "--allow-missing", 0, 1);
        List<GateLimit> limits = [.. LimitsOf(arguments, Least, isLeast: true), .. LimitsOf(arguments, Most, isLeast: false)];
        if (arguments.GetValue(Baseline) is null && limits.Count == 0)
        {
            throw new UsageException("a gate needs --baseline (a run, a file of results, or 'latest'), or limits by --min and --max.");
        }

        await using var program = CommonOptions.OpenExisting(terminal, arguments, mayBeReadOnly: true);
        var run = await program.FindRunAsync(arguments.GetValue(RunIdArgument), _ => true, "no run", cancellationToken);
        var baseline = arguments.GetValue(Baseline) is { } given ? await BaselineAsync(program, run, given, cancellationToken) : null;
        var options = new GateOptions(
            arguments.GetValue(Margin),
            arguments.GetValue(Confidence) ?? run.Compare?.Confidence ?? 0.95,
            arguments.GetValue(Metrics) is { Length: > 0 } metrics ? metrics : null,
            arguments.GetValue(Variant),
            arguments.GetValue(BaselineVariant),
            arguments.GetValue(AllowMissing) ?? 0,
            limits);
        GateReport report;
        try
        {
            report = await new GateRun(program.Get<RunStore>(), program.Get<CellLedger>(), program.Get<AnalysisStore>()).RunAsync(run, baseline, options, cancellationToken);
        }
        catch (GateException exception)
        {
            throw new UsageException(exception.Message);
        }

        await WriteAsync(arguments, report, cancellationToken);
        if (!arguments.GetValue(CommonOptions.Json) && !terminal.IsOutRedirected)
        {
            GateTable.Print(terminal.OutConsole(), report);
            return ExitCodeOf(report.Outcome);
        }

        terminal.Out.WriteLine(arguments.GetValue(CommonOptions.Json)
            ? JsonSerializer.Serialize(report, GatesJson.Context.GateReport)
            : GateDocuments.Markdown(report));
        return ExitCodeOf(report.Outcome);
    }

    private static async Task<GateBaseline> BaselineAsync(LocalProgram program, RunRecord run, string given, CancellationToken cancellationToken) => given switch
    {
        "latest" => new GateBaseline.OfRun(await program.FindRunAsync(
            null,
            other => GateBaseline.IsEarlier(other, run),
            $"no completed run of '{run.Name}' before '{run.RunId}'",
            cancellationToken)),
        _ when File.Exists(given) => new GateBaseline.OfFile(given),
        _ when await program.Get<RunFinder>().FirstAsync(
            other => other.RunId != run.RunId && other.Status == RunStatus.Completed && other.Tags?.Contains(given) == true, cancellationToken) is { } tagged => new GateBaseline.OfRun(tagged),
        _ when given.Contains('/', StringComparison.Ordinal) || given.EndsWith(".json", StringComparison.OrdinalIgnoreCase) => new GateBaseline.OfFile(given),
        _ => new GateBaseline.OfRun(await program.FindRunAsync(given, _ => true, "no run", cancellationToken)),
    };

    private static IEnumerable<GateLimit> LimitsOf(ParseResult arguments, Option<string[]> option, bool isLeast) => (arguments.GetValue(option) ?? []).Select(text =>
        text.LastIndexOf('=') is > 0 and var place && double.TryParse(text[(place + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? new GateLimit(text[..place].Trim(), isLeast, value)
            : throw new UsageException($"{option.Name} must be a measure and a number, such as passRate=0.9, but is '{text}'."));

    private static async Task WriteAsync(ParseResult arguments, GateReport report, CancellationToken cancellationToken)
    {
        await WriteAsync(arguments, JUnit, file => File.WriteAllTextAsync(file, GateDocuments.JUnit(report), cancellationToken));
        await WriteAsync(arguments, Markdown, file => File.AppendAllTextAsync(file, GateDocuments.Markdown(report), cancellationToken));
    }

    private static async Task WriteAsync(ParseResult arguments, Option<string?> option, Func<string, Task> write)
    {
        if (arguments.GetValue(option) is not { } file)
        {
            return;
        }

        try
        {
            await write(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"{option.Name} '{file}' cannot be written: {exception.Message}");
        }
    }

    private static void Between(double? value, string name, double min, double max, bool isOpen = false)
    {
        if (value is { } number && !(number >= min && number <= max && !(isOpen && number == min)))
        {
            var rule = isOpen ? FormattableString.Invariant($"above {min}") : FormattableString.Invariant($"between {min} and {max}");
            throw new UsageException(FormattableString.Invariant($"{name} must be {rule}, but is {number}."));
        }
    }
}
