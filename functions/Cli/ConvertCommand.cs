using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using FunctionsEval.Conversions;
using FunctionsEval.Datasets;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Parsing;

namespace FunctionsEval.Cli;

/// <summary>functionseval convert FILE: makes a definition of a file of another tool, and lists what could not be carried over.</summary>
internal static class ConvertCommand
{
    private static readonly Argument<FileInfo> File = new("file") { Description = "promptfooconfig.yaml (or .json), a file of the registry or samples of OpenAI evals, or a log (.eval, .json) or samples of Inspect" };
    private static readonly Option<string?> Output = new("--output", "-o") { Description = "Where the definition is written; without it to standard output", HelpName = "FILE" };
    private static readonly Option<string?> Eval = new("--eval") { Description = "Which eval of a file of the registry of OpenAI evals; the first that can be carried over without it", HelpName = "NAME" };
    private static readonly Option<bool> AllowPartial = new("--allow-partial") { Description = "Exit with 0 though something was left out" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("convert", "Make a definition of a promptfoo configuration, of an eval of OpenAI evals, or of a log or samples of Inspect") { File, Output, Eval, AllowPartial };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var file = arguments.GetRequiredValue(File);
        var output = CommonOptions.OutputFile(arguments, Output);
        var target = output is null ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(Path.GetFullPath(output))!;
        string yaml;
        Conversion conversion;
        try
        {
            conversion = await ConvertAsync(file, arguments.GetValue(Eval), target, cancellationToken);
            yaml = DefinitionYaml.Write(conversion.Definition, [$"Converted from {file.Name}.", .. conversion.LeftOut.Select(what => $"Left out: {what}."), .. conversion.Notes.Select(what => $"Note: {what}.")]);
        }
        catch (ConversionException problem)
        {
            return terminal.Fail($"{file.Name} cannot be converted: {problem.Message}", ExitCodes.Usage);
        }

        // What is written must be a definition.
        if (await DefinitionReader.ReadAsync(Encoding.UTF8.GetBytes(yaml), isJson: false, new DatasetFiles(target), DefinitionDefaults.None, cancellationToken, new ImageFiles(target)) is DefinitionOutcome.Rejected(var errors))
        {
            foreach (var error in errors.Take(10))
            {
                terminal.Fail($"{file.Name} cannot be converted whole: {error.Message}", ExitCodes.Usage);
            }

            return ExitCodes.Usage;
        }

        if (output is null)
        {
            terminal.Out.Write(yaml);
        }
        else
        {
            await System.IO.File.WriteAllTextAsync(output, yaml, cancellationToken);
        }

        foreach (var what in conversion.LeftOut)
        {
            terminal.Error.WriteLine(Visible.Text($"left out: {what}"));
        }

        foreach (var note in conversion.Notes)
        {
            terminal.Error.WriteLine(Visible.Text($"note: {note}"));
        }

        return conversion.LeftOut.Count > 0 && !arguments.GetValue(AllowPartial) ? ExitCodes.ConvertedInPart : ExitCodes.Completed;
    }

    private static async Task<Conversion> ConvertAsync(FileInfo file, string? eval, string target, CancellationToken cancellationToken)
    {
        if (!file.Exists)
        {
            throw new ConversionException("it does not exist.");
        }

        var files = new SourceFiles(file.DirectoryName!, target);
        var name = Path.GetFileNameWithoutExtension(file.Name);
        switch (file.Extension.ToLowerInvariant())
        {
            case ".jsonl" or ".ndjson" or ".csv" or ".tsv":
                return JsonLinesConversion.Convert(await files.RowsAsync(file.Name, cancellationToken), files, file.Name, name);
            case ".json" or ".eval" when InspectLog.TryConvert(file, files) is { } log:
                return log;
        }

        return files.Tree(file.Name) switch
        {
            JsonObject configuration when PromptfooConversion.IsOne(configuration) => await PromptfooConversion.ConvertAsync(configuration, name, files, cancellationToken),
            JsonObject registry when EvalsRegistry.IsOne(registry) => await EvalsRegistry.ConvertAsync(registry, eval, files, cancellationToken),
            JsonArray list when list.OfType<JsonObject>().ToList() is var rows && JsonLinesConversion.IsOne(rows) => JsonLinesConversion.Convert(rows, files, file.Name, name),
            _ => throw new ConversionException("it is no configuration of promptfoo (prompts, providers, tests), no file of the registry of OpenAI evals, no log of Inspect, and no samples."),
        };
    }
}
