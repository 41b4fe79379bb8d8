using System.CommandLine;
using FunctionsEval.Exports;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Cli;

/// <summary>functionseval export [RUN] --format F: a run as a file for others to open.</summary>
internal static class ExportCommand
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(5);

    private static readonly Option<string?> Format = new("--format", "-f") { Description = "csv, json, jsonl, md, html or junit (default: by the file's ending)", HelpName = "FORMAT" };
    private static readonly Option<string?> File = new("--output", "-o") { Description = "The file to write (default: standard output)", HelpName = "FILE" };
    private static readonly Option<bool> Force = new("--force") { Description = "Replace a file that is there" };
    private static readonly Option<bool> Bom = new("--bom") { Description = "Begin CSV with a byte order mark, by which spreadsheets know UTF-8" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("export", "Write a run as CSV, JSON, Markdown, HTML or JUnit XML") { CommonOptions.RunOrLatest, Format, File, Force, Bom, CommonOptions.Data };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var file = CommonOptions.OutputFile(arguments, File);
        var (format, error) = ExportFormats.Of(arguments.GetValue(Format) ?? FormatOf(file));
        if (error is not null)
        {
            throw new UsageException($"--{error.Message}");
        }

        if (file is not null && !arguments.GetValue(Force) && Path.Exists(file) && !IsDevice(file))
        {
            throw new UsageException($"'{file}' is there already: --force replaces it.");
        }

        await using var program = CommonOptions.OpenExisting(terminal, arguments, mayBeReadOnly: true);
        var run = await program.FindRunAsync(arguments.GetValue(CommonOptions.RunOrLatest) ?? RunFinder.Latest, cancellationToken);
        var last = program.Clock.GetTimestamp();
        void Report(long cells)
        {
            if (program.Clock.GetElapsedTime(last) > ReportInterval)
            {
                last = program.Clock.GetTimestamp();
                terminal.Say($"{RunReport.Count(cells)} of {RunReport.Count(run.TotalCells)} cells written");
            }
        }

        Task WriteAsync(Stream output) => program.Get<ExportRun>().WriteAsync(run, format, output, arguments.GetValue(Bom), cancellationToken, Report);
        if (file is null)
        {
            await using var output = new TextStream(terminal.Out);
            await WriteAsync(output);
            return ExitCodes.Completed;
        }

        if (IsDevice(file))
        {
            await using var device = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0, FileOptions.Asynchronous);
            await WriteAsync(device);
        }
        else
        {
            await ReplaceAsync(file, WriteAsync);
        }

        terminal.Say($"run {run.RunId} is in {file}");
        return ExitCodes.Completed;
    }

    /// <summary>There is nothing to replace in a device, and a file in its place would break it for others.</summary>
    private static bool IsDevice(string file) => System.IO.File.Exists(file)
        && Path.GetFullPath(file) is var path && path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal);

    private static string? FormatOf(string? file) => Path.GetExtension(file)?.ToLowerInvariant() switch
    {
        ".csv" => "csv",
        ".json" => "json",
        ".jsonl" => "jsonl",
        ".md" => "md",
        ".html" or ".htm" => "html",
        ".xml" => "junit",
        _ => null,
    };

    /// <summary>Writes beside the file and puts it in its place when it is whole: what was there stays when the disk is full.</summary>
    private static async Task ReplaceAsync(string file, Func<Stream, Task> writeAsync)
    {
        var unfinished = $"{file}.{Environment.ProcessId}.unfinished";
        try
        {
            await using (var output = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous))
            {
                await writeAsync(output);
            }

            System.IO.File.Move(unfinished, file, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{file}' cannot be written, and nothing of it is left: {exception.Message}", exception);
        }
        finally
        {
            if (System.IO.File.Exists(unfinished))
            {
                System.IO.File.Delete(unfinished);
            }
        }
    }
}
