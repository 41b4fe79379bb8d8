using System.CommandLine;
using System.Globalization;
using FunctionsEval.Definitions;
using FunctionsEval.Local;
using FunctionsEval.Providers.Catalog;

namespace FunctionsEval.Cli;

/// <summary>Options that several verbs share, declared once.</summary>
internal static class CommonOptions
{
    public static readonly Option<double?> Budget = new("--budget") { Description = "Stop before the calls cost more US dollars than this", HelpName = "USD", CustomParser = NumberParser.Optional<double> };

    public static readonly Option<string?> Data = new("--data")
    {
        Description = $"Folder of the SQLite store (default: {Settings.DefaultDataFolder}); ignored when AzureWebJobsStorage names an Azure account",
        HelpName = "DIR",
    };

    public static readonly Argument<string> Run = new("run") { Description = "A run: its id, the first characters of it, or 'latest'" };

    public static readonly Argument<string?> RunOrLatest = new("run")
    {
        Description = "A run: its id, the first characters of it, or 'latest' (the default)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask" };

    public static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object to standard output instead of tables" };

    public static readonly Option<int?> Concurrency = new("--concurrency")
    {
        Description = "Calls in flight per model, from the start (default: begins with 16 and adapts up to 256)",
        HelpName = "N",
        CustomParser = NumberParser.Optional<int>,
    };

    public static readonly Option<string[]> BaseUrl = new("--base-url")
    {
        Description = "Where OpenAI-format providers are called, such as http://127.0.0.1:9000/v1, or PROVIDER=URL for one of them; may be repeated",
        HelpName = "URL",
    };

    static CommonOptions()
    {
        Concurrency.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var value) && value is < 1 or > Settings.MostConcurrency)
            {
                result.AddError($"--concurrency must be between 1 and {Settings.MostConcurrency}, but is {token.Value}.");
            }
        });
        BaseUrl.Validators.Add(result =>
        {
            if (BaseUrls.Problem(string.Join(' ', result.Tokens.Select(token => token.Value))) is { } problem)
            {
                result.AddError($"--base-url {problem}.");
            }
        });
    }

    /// <summary>The file to write; null for standard output, which <c>-</c> is too.</summary>
    public static string? OutputFile(ParseResult arguments, Option<string?> option) => arguments.GetValue(option) is { } file && file != "-" ? file : null;

    /// <param name="definition">The file that settings are looked for beside; without one they are looked for from the working folder.</param>
    public static Settings SettingsOf(Terminal terminal, ParseResult arguments, FileInfo? definition = null)
    {
        var sources = terminal.SourcesFor(definition);
        return new Settings(sources, arguments.GetValue(Data), BaseUrlOf(arguments), ConcurrencyOf(terminal, arguments, sources));
    }

    /// <summary>What a definition gets that it does not say itself.</summary>
    public static DefinitionDefaults DefaultsOf(Terminal terminal, FileInfo definition) => new Settings(terminal.SourcesFor(definition)).Defaults;

    /// <summary>The data folder, for what needs no other setting.</summary>
    public static string DataOf(Terminal terminal, ParseResult arguments) =>
        arguments.GetValue(Data) ?? terminal.SourcesFor(definition: null).Value(KnownSetting.Data.Variable) ?? Settings.DefaultDataFolder;

    /// <summary>The program over a store that is there, for a command about its runs; warnings go to standard error.</summary>
    /// <param name="mayBeReadOnly">What only reads also works on a data folder that this user may not write.</param>
    public static LocalProgram OpenExisting(Terminal terminal, ParseResult arguments, bool mayBeReadOnly = false)
    {
        var settings = SettingsOf(terminal, arguments);
        settings.RequireExistingStore();
        return LocalProgram.Open(settings, Terminal.Warnings(), mayBeReadOnly: mayBeReadOnly);
    }

    /// <summary>As <see cref="BaseUrls"/> reads it; null where none is given.</summary>
    public static string? BaseUrlOf(ParseResult arguments) => Optional(arguments, BaseUrl) is { Length: > 0 } urls ? string.Join(' ', urls) : null;

    /// <summary>What was asked for, or less where the limit on open files does not allow it.</summary>
    private static int? ConcurrencyOf(Terminal terminal, ParseResult arguments, SettingSources sources)
    {
        var asked = Optional(arguments, Concurrency);
        if (!arguments.CommandResult.Command.Options.Contains(Concurrency) || OpenFiles.Limit() is not { } limit
            || OpenFiles.MostCalls(limit) is var most && most >= (asked ?? (int.TryParse(sources.Value(KnownSetting.Concurrency.Variable), CultureInfo.InvariantCulture, out var set) ? set : Settings.DefaultConcurrency)))
        {
            return asked;
        }

        terminal.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"warning: The limit on open files is {limit} (ulimit -n): at most {most} calls of a model are made at once."));
        return most;
    }

    // Asking for an option that the verb does not have is an error.
    private static T? Optional<T>(ParseResult arguments, Option<T> option) =>
        arguments.CommandResult.Command.Options.Contains(option) ? arguments.GetValue(option) : default;
}
