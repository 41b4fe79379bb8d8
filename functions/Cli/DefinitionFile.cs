using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using FunctionsEval.Datasets;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Parsing;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Http;
using FunctionsEval.Local;

namespace FunctionsEval.Cli;

/// <summary>Reads definitions for the verbs. What is wrong with one is said on the terminal, with line and column.</summary>
internal static class DefinitionFile
{
    private const long MaxBytes = 256 * 1024 * 1024;

    /// <summary>Where what a definition names beside itself is looked for.</summary>
    public static string FolderOf(FileInfo file) => file.Name == "-" ? Directory.GetCurrentDirectory() : file.DirectoryName!;

    /// <summary>Null when the file is not there or holds no definition. <c>-</c> is standard input, in YAML, which JSON is too.</summary>
    /// <param name="images">Remembers the images that are read, for a verb that stores them.</param>
    public static async Task<Definition?> ReadAsync(
        Terminal terminal, FileInfo file, DefinitionDefaults defaults, Settings? settings, CancellationToken cancellationToken, ImageFiles? images = null)
    {
        images ??= new ImageFiles(FolderOf(file));
        if (file.Name == "-" && terminal.In is { } input)
        {
            return await ParseAsync(terminal, "standard input", Encoding.UTF8.GetBytes(await input.ReadToEndAsync(cancellationToken)), defaults, settings, cancellationToken, images);
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

        // A pipe is read to its end, so that a shell may write the definition; what has no end is not.
        // To open one that nobody writes to takes forever, and cannot be broken off.
        await using var stream = await Task.Run(file.OpenRead, CancellationToken.None).WaitAsync(cancellationToken);
        var utf8 = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            utf8.Write(buffer, 0, count);

            // No text holds one: a device such as /dev/zero is refused for its first, not at the limit.
            if (buffer.AsSpan(0, count).Contains((byte)0))
            {
                break;
            }

            if (utf8.Length > MaxBytes)
            {
                terminal.Fail($"'{file.FullName}' is longer than {MaxBytes / 1024 / 1024} MiB; scenarios may stand in a file of their own: scenarios: {{ file: ... }}.", ExitCodes.Usage);
                return null;
            }
        }

        return await ParseAsync(terminal, file.FullName, utf8.ToArray(), defaults, settings, cancellationToken, images);
    }

    /// <param name="file">Its ending tells YAML from JSON; data sets are looked for beside it.</param>
    /// <param name="settings">Of the store that has uploaded data sets; null where none is read.</param>
    public static async Task<Definition?> ParseAsync(
        Terminal terminal, string file, byte[] utf8, DefinitionDefaults defaults, Settings? settings, CancellationToken cancellationToken, ImageFiles? images = null)
    {
        var isJson = Path.GetExtension(file).Equals(".json", StringComparison.OrdinalIgnoreCase);
        var datasets = new DatasetFiles(Path.GetDirectoryName(file) ?? "", settings is null ? null : (spec, token) => StoredAsync(settings, spec, token));
        switch (await DefinitionReader.ReadAsync(utf8, isJson, datasets, defaults, cancellationToken, images))
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

    /// <summary>Stores the images that a definition brought, so that its run can show them.</summary>
    public static async Task StoreImagesAsync(LocalProgram program, ImageFiles images, CancellationToken cancellationToken)
    {
        try
        {
            await program.Get<ImageStore>().AddAsync(images, cancellationToken);
        }
        catch (ImageException problem)
        {
            throw new UsageException($"the image {problem.Message}");
        }
    }

    /// <summary>The rows of a data set that was uploaded to the store that the settings name.</summary>
    private static async IAsyncEnumerable<DataRow> StoredAsync(Settings settings, DatasetSpec spec, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (settings.MissingStore() is { } none)
        {
            throw new DatasetException($"scenarios.dataset names '{spec.Name}', which is looked for in the store, but {none}");
        }

        await using var program = LocalProgram.Open(settings, Terminal.Warnings(), mayBeReadOnly: true);
        await foreach (var row in program.Get<DatasetStore>().RowsAsync(spec, cancellationToken))
        {
            yield return row;
        }
    }
}
