using System.CommandLine;
using System.CommandLine.Invocation;
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
            SimulateCommand.Create(terminal),
            ReviewCommand.Create(terminal),
            AgentCommand.Create(terminal),
            HealthCommand.Create(terminal),
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
            var parsed = root.Parse(arguments);
            return parsed.Action is ParseErrorAction ? Refuse(terminal, parsed) : await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception exception) when (exception is UsageException or FormatException)
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

    // The library would print the whole help to standard output, where scripts expect JSON or nothing.
    private static int Refuse(Terminal terminal, ParseResult parsed)
    {
        foreach (var error in parsed.Errors)
        {
            terminal.Fail(error.Message, ExitCodes.Usage);
        }

        var verb = parsed.CommandResult.Command is RootCommand ? "" : $" {parsed.CommandResult.Command.Name}";
        return terminal.Fail($"'functionseval{verb} --help' tells what it takes.", ExitCodes.Usage);
    }
}
