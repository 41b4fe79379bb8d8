using Microsoft.Extensions.Logging.Console;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>What a command sees of the world around it: its streams, its environment, and whether people are watching.</summary>
/// <param name="Width">Characters a line; null asks the terminal.</param>
internal sealed record Terminal(
    TextWriter Out, TextWriter Error, bool IsOutRedirected, bool IsErrorRedirected, Func<string, string?> Environment, int? Width = null)
{
    // Without a terminal, lines may be as long as they need to be.
    private const int WidthOfFiles = 160;

    public static Terminal OfProcess() => new(
        new StandardStream("Standard output", Console.Out, isNeeded: true),
        new StandardStream("Standard error", Console.Error, isNeeded: false),
        Console.IsOutputRedirected,
        Console.IsErrorRedirected,
        System.Environment.GetEnvironmentVariable);

    public IAnsiConsole OutConsole() => Create(Out, IsOutRedirected, Width);

    public IAnsiConsole ErrorConsole() => Create(Error, IsErrorRedirected, Width);

    /// <summary>Says what is wrong on standard error; gives the exit code back.</summary>
    public int Fail(string message, int exitCode)
    {
        Error.WriteLine($"functionseval: {message}");
        return exitCode;
    }

    /// <summary>Warnings and errors of a command: a line each on standard error, beside its progress.</summary>
    public static ILoggerFactory Warnings() => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(LogLevel.Warning)
        .AddConsole(options => options.FormatterName = WarningLines.FormatterName)
        .AddConsoleFormatter<WarningLines, ConsoleFormatterOptions>()
        .Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace));

    private static IAnsiConsole Create(TextWriter writer, bool isRedirected, int? width)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        if ((width ?? (isRedirected ? WidthOfFiles : null)) is { } columns)
        {
            console.Profile.Width = columns;
        }

        return console;
    }
}
