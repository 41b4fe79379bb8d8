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
    public static async Task<int> RunAsync(Terminal terminal, string[] arguments, CancellationToken cancellationToken)
    {
        if (OpenFiles.Problem() is { } problem)
        {
            return terminal.Fail(problem, ExitCodes.Infrastructure);
        }

        var root = new RootCommand("Tells which prompt, model or setting is really better, and how sure you may be.")
        {
            InitCommand.Create(terminal),
            EstimateCommand.Create(terminal),
            RunCommand.Create(terminal),
            ResumeCommand.Create(terminal),
            RunsCommand.Create(terminal),
            ShowCommand.Create(terminal),
            AnswersCommand.Create(terminal),
            CompareCommand.Create(terminal),
            ExportCommand.Create(terminal),
            TagCommand.Create(terminal),
            DeleteCommand.Create(terminal),
            AnalyzeCommand.Create(terminal),
            ImportCommand.Create(terminal),
            AbTestCommand.Create(terminal),
            ExtendCommand.Create(terminal),
            RetryCommand.Create(terminal),
            RescoreCommand.Create(terminal),
            GateCommand.Create(terminal),
            SelfTestCommand.Create(terminal),
            PlanCommand.Create(terminal),
            ConvertCommand.Create(terminal),
            DemoCommand.Create(terminal),
            ServeCommand.Create(terminal),
            McpCommand.Create(terminal),
            OpenCommand.Create(terminal),
            SimulateCommand.Create(terminal),
            LabelCommand.Create(terminal),
            LabelsCommand.Create(terminal),
            ReviewCommand.Create(terminal),
            AgentCommand.Create(terminal),
            HealthCommand.Create(terminal),
            ConfigCommand.Create(terminal),
            CompletionCommand.Create(terminal),
        };

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
            var parsed = root.Parse(Usual(arguments));
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
