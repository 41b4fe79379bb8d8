using System.CommandLine;
using System.Net;
using FunctionsEval.Local;
using FunctionsEval.Models;
using FunctionsEval.Pages;
using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Cli;

/// <summary>functionseval serve: the HTTP API, and work on every unfinished run, until Ctrl+C.</summary>
internal static class ServeCommand
{
    private static readonly Option<int> Port = new("--port") { Description = "Port to listen on; 0 takes a free one", DefaultValueFactory = _ => 7071, CustomParser = NumberParser.Required<int> };
    private static readonly Option<string> Address = new("--address")
    {
        Description = "IP address to listen on; other than loopback needs FUNCTIONSEVAL_API_KEY",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    static ServeCommand() => Port.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, out var value) && value is < 0 or > 65535)
        {
            result.AddError($"--port must be between 0 and 65535, but is {token.Value}.");
        }
    });

    public static Command Create(Terminal terminal)
    {
        var command = new Command("serve", "Serve the HTTP API and work on runs") { Port, Address, CommonOptions.Concurrency, CommonOptions.BaseUrl, CommonOptions.Data };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var settings = CommonOptions.SettingsOf(terminal, arguments);
        if (!IPAddress.TryParse(arguments.GetValue(Address), out var address))
        {
            throw new UsageException($"--address must be an IP address, but is '{arguments.GetValue(Address)}'.");
        }

        if (settings.ApiKey is null && !IPAddress.IsLoopback(address))
        {
            throw new UsageException($"--address {address} is not a loopback address: set FUNCTIONSEVAL_API_KEY first, every call then needs it.");
        }

        var (program, app) = LocalProgram.OpenServer(settings, new IPEndPoint(address, arguments.GetValue(Port)), JsonLines.Configure);
        await using var disposed = program;

        // Before interrupted runs go on: a port that is taken must not cost calls that are cut off at once.
        await ListenAsync(app, arguments.GetValue(Port), cancellationToken);
        program.Serve();
        terminal.Say($"serving {string.Join(", ", app.Urls)}/api over {program.Storage.Description}; pages at {app.Urls.First()}{PageAccess.Root}; Ctrl+C stops");
        await Task.WhenAny(Task.Delay(Timeout.Infinite, cancellationToken));
        await app.StopAsync(CancellationToken.None);
        await CallsUnderWay.EndAsync(
            program.Get<ProviderCatalogs>(), program.Get<CellLedger>(), program.Clock, calls => terminal.Say($"waiting for {calls} calls under way"));
        await program.StopAsync();
        return ExitCodes.Completed;
    }

    private static async Task ListenAsync(WebApplication app, int port, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            throw new UsageException($"cannot listen on port {port}: {exception.Message}");
        }
    }
}
