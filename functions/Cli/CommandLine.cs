using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using FunctionsEval.Evaluation;
using FunctionsEval.Http;
using FunctionsEval.Local;
using FunctionsEval.Storage;

namespace FunctionsEval.Cli;

/// <summary>The verbs, and what becomes of the errors that they let through.</summary>
internal static class CommandLine
{
    internal static readonly (string Name, Func<Terminal, Command> Create)[] Verbs =
    [
        ("init", InitCommand.Create),
        ("estimate", EstimateCommand.Create),
        ("run", RunCommand.Create),
        ("resume", ResumeCommand.Create),
        ("runs", RunsCommand.Create),
        ("show", ShowCommand.Create),
        ("answers", AnswersCommand.Create),
        ("compare", CompareCommand.Create),
        ("export", ExportCommand.Create),
        ("tag", TagCommand.Create),
        ("delete", DeleteCommand.Create),
        ("analyze", AnalyzeCommand.Create),
        ("import", ImportCommand.Create),
        ("abtest", AbTestCommand.Create),
        ("extend", ExtendCommand.Create),
        ("retry", RetryCommand.Create),
        ("rescore", RescoreCommand.Create),
        ("gate", GateCommand.Create),
        ("selftest", SelfTestCommand.Create),
        ("plan", PlanCommand.Create),
        ("convert", ConvertCommand.Create),
        ("demo", DemoCommand.Create),
        ("serve", ServeCommand.Create),
        ("mcp", McpCommand.Create),
        ("open", OpenCommand.Create),
        ("simulate", SimulateCommand.Create),
        ("label", LabelCommand.Create),
        ("labels", LabelsCommand.Create),
        ("review", ReviewCommand.Create),
        ("agent", AgentCommand.Create),
        ("health", HealthCommand.Create),
        ("config", ConfigCommand.Create),
        ("completion", CompletionCommand.Create),
    ];

    public static async Task<int> RunAsync(Terminal terminal, string[] arguments, CancellationToken cancellationToken)
    {
        if (OpenFiles.Problem() is { } problem)
        {
            return terminal.Fail(problem, ExitCodes.Infrastructure);
        }

        var words = Usual(arguments);
        var root = new RootCommand("Tells which prompt, model or setting is really better, and how sure you may be.");

        // One verb is asked for: making all of them takes longer than many a verb does.
        foreach (var (_, create) in Array.FindAll(Verbs, verb => verb.Name == words.FirstOrDefault()) is { Length: 1 } asked ? asked : Verbs)
        {
            root.Add(create(terminal));
        }

        OptionalArguments.Mark(root);

        // The program's own handler (Interrupt) decides what Ctrl+C does.
        var configuration = new InvocationConfiguration
        {
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
            Output = terminal.Out,
            Error = terminal.Error,
        };
        try
        {
            var parsed = root.Parse(words);
            return parsed.Action is ParseErrorAction || OptionAsArgument(parsed) is not null ? Refuse(terminal, parsed) : await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (UsageException exception)
        {
            foreach (var message in exception.Messages)
            {
                terminal.Say(message);
            }

            return ExitCodes.Usage;
        }
        catch (FormatException exception)
        {
            return terminal.Fail(exception.Message, ExitCodes.Usage);
        }
        catch (StorageException exception)
        {
            return terminal.Fail(exception.Message, ExitCodes.Infrastructure);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return terminal.Fail(exception.Message, ExitCodes.Infrastructure);
        }
    }

    /// <summary>What people type who know other programs: <c>help</c>, <c>help VERB</c>, <c>version</c>, <c>-v</c>.</summary>
    private static string[] Usual(string[] arguments) => arguments switch
    {
        ["help"] => ["--help"],
        ["help", var verb] => [verb, "--help"],
        ["version" or "-v"] => ["--version"],
        _ => arguments,
    };

    // The library would print the whole help to standard output, where scripts expect JSON or nothing.
    private static int Refuse(Terminal terminal, ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var verb = command is RootCommand ? "" : $" {command.Name}";
        var option = OptionAsArgument(parsed);
        if ((option ?? (parsed.UnmatchedTokens is [var first, ..] ? first : null)) is { } unknown && Known(command, unknown) is { } known && Suggestion.For(unknown, known) is { } meant)
        {
            terminal.Say($"'{Excerpt.Of(unknown)}' is not known: did you mean 'functionseval{verb} {meant}'?");
            return ExitCodes.Usage;
        }

        if (option is not null)
        {
            return terminal.Fail(
                $"'{Excerpt.Of(option)}' is no option of 'functionseval{verb}', which '--help' lists; a name that begins with a hyphen goes behind '--'.", ExitCodes.Usage);
        }

        foreach (var error in command is RootCommand && parsed.UnmatchedTokens is [var word, ..] ? [$"'{Excerpt.Of(word)}' is not a verb."] : parsed.Errors.Select(error => error.Message))
        {
            terminal.Say(error);
        }

        return terminal.Fail($"'functionseval{verb} --help' tells what it takes.", ExitCodes.Usage);
    }

    /// <summary>A misspelt option that would be taken for the name of a file or a run, which the library does with every word that it does not know.</summary>
    private static string? OptionAsArgument(ParseResult parsed) => parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash)
        ? null
        : parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value).FirstOrDefault(word => word.Length > 1 && word[0] == '-');

    /// <summary>What could have been meant in the place of a word: a verb, or an option.</summary>
    private static List<string>? Known(Command command, string unknown) =>
        unknown.StartsWith('-') ? [.. command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options.Where(option => option.Recursive))).SelectMany(option => option.Aliases.Append(option.Name))]
        : command.Subcommands.Count > 0 ? [.. command.Subcommands.Select(verb => verb.Name)]
        : null;
}
