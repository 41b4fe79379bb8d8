using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Http;
using FunctionsEval.Labels;
using FunctionsEval.Runs.Labels;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Cli;

/// <summary>functionseval labels import FILE RUN and labels export RUN: what people say of answers, as a table.</summary>
internal static class LabelsCommand
{
    private static readonly Argument<string> File = new("file") { Description = "CSV with the columns scenario, variant, sample, value (or label), and maybe metric, labeller, note; - reads standard input" };
    private static readonly Option<string?> Labeller = new("--labeller") { Description = "Whose labels they are where the file does not say (default: someone)", HelpName = "NAME" };
    private static readonly Option<bool> Replace = new("--replace") { Description = "A label that contradicts an earlier one of the same person takes its place" };
    private static readonly Option<string?> Output = new("--output", "-o") { Description = "The file to write (default: standard output)", HelpName = "FILE" };
    private static readonly Option<bool> Force = new("--force") { Description = "Replace a file that is there" };

    public static Command Create(Terminal terminal)
    {
        var import = new Command("import", "Take labels from a CSV file; all of them or, where one is wrong, none") { File, CommonOptions.Run, Labeller, Replace, CommonOptions.Data, CommonOptions.Json };
        import.SetAction((arguments, cancellationToken) => ImportAsync(terminal, arguments, cancellationToken));
        var export = new Command("export", "Write the labels of a run as CSV") { CommonOptions.Run, Output, Force, CommonOptions.Data };
        export.SetAction((arguments, cancellationToken) => ExportAsync(terminal, arguments, cancellationToken));
        return new Command("labels", "Import and export what people say of answers; 'label' asks them") { import, export };
    }

    private static async Task<int> ImportAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var name = arguments.GetRequiredValue(File);
        if (name != "-" && !System.IO.File.Exists(name))
        {
            throw new UsageException($"file '{name}' does not exist.");
        }

        await using var program = CommonOptions.OpenExisting(terminal, arguments);
        var run = await program.FindRunAsync(arguments.GetRequiredValue(CommonOptions.Run), cancellationToken);
        await using var stream = name == "-" ? Console.OpenStandardInput() : System.IO.File.OpenRead(name);
        IReadOnlyList<GivenLabel> labels;
        IReadOnlyList<string> ignored;
        try
        {
            (labels, ignored) = await LabelsCsv.ReadAsync(stream, cancellationToken);
        }
        catch (DatasetException problem)
        {
            throw new UsageException($"{name}{(problem.Line is { } line ? $":{line}" : "")}: {problem.Message}");
        }

        switch (await program.Get<AddLabels>().AddAsync(run, labels, arguments.GetValue(Labeller), arguments.GetValue(Replace), cancellationToken))
        {
            case AddLabelsOutcome.Added(var report):
                Print(terminal, run, report with { IgnoredColumns = ignored }, arguments.GetValue(CommonOptions.Json));
                return ExitCodes.Completed;
            case AddLabelsOutcome.Rejected(var errors):
                foreach (var error in errors.Take(Problems.MaxComplaints))
                {
                    terminal.Say($"{name}: {error.Message}");
                }

                return terminal.Fail(
                    $"{RunReport.Count(errors.Count)} of {RunReport.Count(labels.Count)} lines are wrong{(errors.Count > Problems.MaxComplaints ? ", of which the first are named" : "")}: no label was stored.", ExitCodes.Usage);
            case var other:
                throw new UnreachableException($"Unhandled {other.GetType().Name}");
        }
    }

    private static void Print(Terminal terminal, RunRecord run, LabelReport report, bool asJson)
    {
        if (asJson)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(report, LabelsJson.Context.LabelReport));
            return;
        }

        terminal.Out.WriteLine($"{RunReport.Count(report.Added)} labels added, {RunReport.Count(report.Replaced)} replaced, {RunReport.Count(report.Unchanged)} unchanged, {RunReport.Count(report.Empty)} lines without one");
        if (report.IgnoredColumns.Count > 0)
        {
            terminal.Say($"columns that were not read: {string.Join(", ", report.IgnoredColumns.Take(20))}");
        }

        if (report.Added + report.Replaced > 0)
        {
            terminal.Say($"'{terminal.Program} analyze {run.RunId}' takes them into means and verdicts.");
        }
    }

    private static async Task<int> ExportAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var file = CommonOptions.OutputFile(arguments, Output);
        if (file is not null && !arguments.GetValue(Force) && Path.Exists(file))
        {
            throw new UsageException($"'{file}' is there already: --force replaces it.");
        }

        await using var program = CommonOptions.OpenExisting(terminal, arguments, mayBeReadOnly: true);
        var run = await program.FindRunAsync(arguments.GetRequiredValue(CommonOptions.Run), cancellationToken);
        var items = await program.Get<RunStore>().ItemsAsync(run.RunId, cancellationToken).ToListAsync(cancellationToken);
        await using var text = new StringWriter();
        await LabelsCsv.WriteAsync(run, items, program.Get<LabelStore>().AllAsync(run.RunId, cancellationToken), text);
        if (file is null)
        {
            terminal.Out.Write(text.ToString());
            return ExitCodes.Completed;
        }

        await System.IO.File.WriteAllTextAsync(file, text.ToString(), cancellationToken);
        terminal.Say($"the labels of run {run.RunId} are in {file}");
        return ExitCodes.Completed;
    }
}
