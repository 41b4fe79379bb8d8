using System.Diagnostics;
using System.Globalization;
using System.Text;
using FunctionsEval.Datasets;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Http;

namespace FunctionsEval.Cli;

/// <summary>Reads definitions for the verbs. What is wrong with one is said on the terminal, with line and column.</summary>
internal static class DefinitionFile
{
    /// <summary>Null when the file is not there or holds no definition. <c>-</c> is standard input, in YAML, which JSON is too.</summary>
    public static async Task<Definition?> ReadAsync(Terminal terminal, FileInfo file, DefinitionDefaults defaults, CancellationToken cancellationToken)
    {
        if (file.Name == "-" && terminal.In is { } input)
        {
            return await ParseAsync(terminal, "standard input", Encoding.UTF8.GetBytes(await input.ReadToEndAsync(cancellationToken)), defaults, cancellationToken);
        }

        if (Directory.Exists(file.FullName))
        {
            terminal.Fail($"'{file.FullName}' is a folder: name the definition in it.", ExitCodes.Usage);
            return null;
        }

        if (!file.Exists)
        {
            terminal.Fail($"file '{file.FullName}' does not exist.", ExitCodes.Usage);
            return null;
        }

        return await ParseAsync(terminal, file.FullName, await File.ReadAllBytesAsync(file.FullName, cancellationToken), defaults, cancellationToken);
    }

    /// <param name="file">Its ending tells YAML from JSON; data sets are looked for beside it.</param>
    public static async Task<Definition?> ParseAsync(Terminal terminal, string file, byte[] utf8, DefinitionDefaults defaults, CancellationToken cancellationToken)
    {
        var isJson = Path.GetExtension(file).Equals(".json", StringComparison.OrdinalIgnoreCase);
        var datasets = new DatasetFiles(Path.GetDirectoryName(file) ?? "");
        switch (await DefinitionReader.ReadAsync(utf8, isJson, datasets, defaults, cancellationToken))
        {
            case DefinitionOutcome.Parsed(var definition):
                return definition;
            case DefinitionOutcome.Rejected(var errors):
                foreach (var error in errors.Take(Problems.MaxComplaints))
                {
                    terminal.Fail($"{error.Source ?? file}:{error.Line}:{error.Column}: {error.Message}", ExitCodes.Usage);
                }

                if (errors.Count > Problems.MaxComplaints)
                {
                    terminal.Fail(string.Create(CultureInfo.InvariantCulture, $"... and {errors.Count - Problems.MaxComplaints:N0} more"), ExitCodes.Usage);
                }

                return null;
            case var other:
                throw new UnreachableException($"Unhandled {other.GetType().Name}");
        }
    }
}
