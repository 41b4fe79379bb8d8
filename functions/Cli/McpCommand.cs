using System.CommandLine;
using FunctionsEval.Local;
using FunctionsEval.Mcp;
using FunctionsEval.Models;
using FunctionsEval.Runs.Cells;
using ModelContextProtocol.Server;

namespace FunctionsEval.Cli;

/// <summary>functionseval mcp: the tools of the Model Context Protocol over standard input and output, until the client goes.</summary>
internal static class McpCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("mcp", "Serve tools to a model's client over standard input and output (Model Context Protocol)")
        {
            CommonOptions.Concurrency, CommonOptions.BaseUrl, CommonOptions.Data,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var settings = CommonOptions.SettingsOf(terminal, arguments);
        var loggers = Terminal.Warnings();
        await using var program = LocalProgram.Open(settings, loggers);
        program.KeepLeases();
        var options = new McpServerOptions();
        program.Get<McpTools>().Configure(options);

        // Nothing else writes to standard output.
        await using var transport = new StdioServerTransport(options, loggers);
        await using var server = McpServer.Create(transport, options, loggers, program.Parts);
        try
        {
            await server.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl+C ends it as the client does.
        }

        if (program.Orchestrations.Running.Count > 0)
        {
            terminal.Say("unfinished runs go on with 'functionseval resume' or 'functionseval serve'.");
        }

        await CallsUnderWay.EndAsync(program.Get<ProviderCatalogs>(), program.Get<CellLedger>(), program.Clock, calls => terminal.Say($"waiting for {calls} calls under way"));
        await program.StopAsync();
        return ExitCodes.Completed;
    }
}
