using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>What a command sees of the world around it: its streams, its environment, and whether people are watching.</summary>
/// <param name="Width">Characters a line; null asks the terminal.</param>
/// <param name="In">What people type, or what is piped in; null is nothing.</param>
/// <param name="Pager">The command that shows long text a screen at a time; null writes it out.</param>
internal sealed record Terminal(
    TextWriter Out,
    TextWriter Error,
    bool IsOutRedirected,
    bool IsErrorRedirected,
    Func<string, string?> Environment,
    int? Width = null,
    TextReader? In = null,
    bool IsInRedirected = true,
    string? Pager = null)
{
    // Without a terminal, lines may be as long as they need to be.
    private const int WidthOfFiles = 160;

    private const string Name = "functionseval";

    public static Terminal OfProcess() => new(
        new StandardStream("Standard output", Console.Out, isNeeded: true),
        new StandardStream("Standard error", Console.Error, isNeeded: false),
        Console.IsOutputRedirected,
        Console.IsErrorRedirected,
        System.Environment.GetEnvironmentVariable,
        In: Console.In,
        IsInRedirected: Console.IsInputRedirected,
        Pager: Console.IsOutputRedirected ? null : System.Environment.GetEnvironmentVariable("PAGER") ?? (OperatingSystem.IsWindows() ? null : "less -FRX"))
    {
        Key = Console.IsInputRedirected ? null : () => Console.ReadKey(intercept: true).KeyChar,
        Program = PathOfProgram(System.Environment.ProcessPath, System.Environment.GetEnvironmentVariable("PATH")),
    };

    /// <summary>Where the command was started.</summary>
    public string Folder { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>How a hint names the program, so that it works when it is pasted: by its path where the shell would not find it.</summary>
    public string Program { get; init; } = Name;

    /// <summary>True where somebody can be asked and sees the question.</summary>
    public bool CanAsk => In is not null && !IsInRedirected && !IsErrorRedirected;

    /// <summary>Where settings come from, for a definition or, without one, for the folder in which the command was started.</summary>
    public SettingSources SourcesFor(FileInfo? definition) =>
        new(Environment, definition is { Name: not "-", DirectoryName: { } folder } && Directory.Exists(folder) ? folder : Folder);

    public IAnsiConsole OutConsole() => Create(Out, IsOutRedirected, Width);

    public IAnsiConsole ErrorConsole() => Create(Error, IsErrorRedirected, Width);

    /// <summary>Says what is wrong on standard error; gives the exit code back.</summary>
    public int Fail(string message, int exitCode)
    {
        Say(message);
        return exitCode;
    }

    /// <summary>A message on standard error.</summary>
    public void Say(string message) => Error.WriteLine($"functionseval: {Visible.Text(message)}");

    /// <summary>Reads a key without waiting for the end of a line; null where keys come as lines.</summary>
    public Func<char>? Key { get; init; }

    /// <summary>The next key that is pressed, or the next line where it is no keyboard; null at the end.</summary>
    public string? ReadKeyOrLine()
    {
        if (Key is not { } read)
        {
            return In?.ReadLine();
        }

        var key = read();
        Out.WriteLine(Visible.Line(key.ToString()));

        // Ctrl+D and Ctrl+Z end input in a terminal.
        return key is '\u0004' or '\u001a' ? null : key.ToString();
    }

    /// <summary>Asks a question; an empty answer, or none, is no.</summary>
    public bool Confirm(string question)
    {
        Error.Write($"{Visible.Text(question)} [y/N] ");
        return In!.ReadLine()?.Trim() is "y" or "Y" or "yes" or "Yes";
    }

    /// <summary>Warnings and errors of a command: a line each on standard error, beside its progress.</summary>
    public static ILoggerFactory Warnings() => new LoggerFactory([new WarningLines()], new LoggerFilterOptions { MinLevel = LogLevel.Warning });

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

    internal static string PathOfProgram(string? process, string? path) =>
        process is null || System.IO.Path.GetFileNameWithoutExtension(process) != Name
        || (path ?? "").Split(System.IO.Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(System.IO.Path.Combine(folder, System.IO.Path.GetFileName(process))))
            ? Name
            : process.Contains(' ', StringComparison.Ordinal) ? $"\"{process}\"" : process;
}
