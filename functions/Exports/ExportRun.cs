using FunctionsEval.Http;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Runs.Labels;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Exports;

/// <summary>What a run can be written as.</summary>
public enum ExportFormat
{
    /// <summary>A row a cell, for spreadsheets.</summary>
    Csv,

    /// <summary>One object: the run, its analysis and its cells. A gate takes it as a baseline.</summary>
    Json,

    /// <summary>An object a cell, a line each.</summary>
    Jsonl,

    /// <summary>A summary for a pull request.</summary>
    Md,

    /// <summary>A report in one file that needs no network.</summary>
    Html,

    /// <summary>A test case for each scenario and variant, as build servers read it.</summary>
    JUnit,
}

public static class ExportFormats
{
    public static string ContentType(this ExportFormat format) => format switch
    {
        ExportFormat.Csv => "text/csv; charset=utf-8",
        ExportFormat.Json => "application/json",
        ExportFormat.Jsonl => "application/jsonl",
        ExportFormat.Md => "text/markdown; charset=utf-8",
        ExportFormat.Html => "text/html; charset=utf-8",
        _ => "application/xml",
    };

    public static string Extension(this ExportFormat format) => format == ExportFormat.JUnit ? "xml" : Name(format);

    /// <summary>The format of that name, or what is wrong with it.</summary>
    internal static (ExportFormat Format, FieldError? Error) Of(string? name)
    {
        var known = Enum.GetValues<ExportFormat>();
        var found = known.Where(format => Name(format) == name).ToList();
        return found.Count == 1
            ? (found[0], null)
            : (default, new FieldError("format", $"format must be one of {string.Join(", ", known.Select(Name))}, but is {(name is null ? "missing" : $"'{Excerpt.Of(name)}'")}."));
    }

    // One word: j_unit would be nobody's name for it.
    private static string Name(ExportFormat format) => format.ToString().ToLowerInvariant();
}

/// <summary>Writes a run for others to read. Cells are streamed: memory does not grow with their number.</summary>
public sealed class ExportRun(RunStore runs, Runs.Cells.CellLedger cells, AnalysisStore analyses, ReadAnswers answers, MeasureUsage usage, Comparisons.DifferingScenarios differing, LabelStore labels)
{
    /// <param name="hasBom">Begins CSV with the mark by which spreadsheets tell UTF-8.</param>
    /// <param name="report">Told from time to time how many cells have been written.</param>
    public async Task WriteAsync(RunRecord run, ExportFormat format, Stream output, bool hasBom, CancellationToken cancellationToken, Action<long>? report = null)
    {
        await using var text = new BufferedText(output, report, cancellationToken);
        var read = ReadAhead.Of(answers.AllAsync(run, new AnswerFilter(), cancellationToken), cancellationToken);
        switch (format)
        {
            case ExportFormat.Csv:
                await new CsvExport(run, await LabelsAsync(run, cancellationToken), text).WriteAsync(runs.ItemsAsync(run.RunId, cancellationToken), read, hasBom);
                break;
            case ExportFormat.Json:
                var analysis = await analyses.FindHeadAsync(run.RunId, cancellationToken);
                var scenarios = analysis is null ? AsyncEnumerable.Empty<(int, string)>() : analyses.ScenariosAsync(analysis, cancellationToken);
                await JsonExport.WriteAsync(RunView.Of(run, await cells.CountAsync(run, cancellationToken)), analysis, scenarios, read, await LabelsAsync(run, cancellationToken), text);
                break;
            case ExportFormat.Jsonl:
                await JsonExport.WriteLinesAsync(read, await LabelsAsync(run, cancellationToken), text);
                break;
            case ExportFormat.JUnit:
                await new JUnitExport(run, text).WriteAsync(cells.AllAsync(run, cancellationToken), runs.ItemsAsync(run.RunId, cancellationToken));
                break;
            default:
                var content = await ReportContent.ReadAsync(run, analyses, usage, differing, answers, cancellationToken);
                text.Writer.Write(format == ExportFormat.Html ? HtmlReport.Of(content) : MarkdownReport.Of(content));
                break;
        }
    }

    private async Task<ExportedLabels> LabelsAsync(RunRecord run, CancellationToken cancellationToken) => new(await labels.AllAsync(run.RunId, cancellationToken).ToListAsync(cancellationToken));
}
