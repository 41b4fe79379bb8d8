using System.CommandLine;
using System.Globalization;
using FunctionsEval.Hosting.AzureFunctions;

namespace FunctionsEval.Cli;

/// <summary>
/// functionseval host: the custom handler, started by the Azure Functions host. It never ends with 0, which the host would take for
/// "do not start it again".
/// </summary>
internal static class HostCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("host", $"Serve the Azure Functions host, which starts this itself ({Settings.PortVariable} says where)");
        command.SetAction((_, cancellationToken) => RunAsync(terminal, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, CancellationToken cancellationToken)
    {
        var settings = new Settings(terminal.Environment, Settings.DefaultDataFolder);
        if (!int.TryParse(settings.Port, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
        {
            throw new UsageException($"{Settings.PortVariable} must be a port between 0 and 65535, but is '{settings.Port}'. Alone, the program is served by 'serve'.");
        }

        if (settings.Storage.IsLocal)
        {
            throw new UsageException("AzureWebJobsStorage (or AzureWebJobsStorage__accountName) must name the storage of the function app, but is not set.");
        }

        using var loggers = LoggerFactory.Create(JsonLines.Configure);
        await using var services = Services.Open(settings, loggers, isFleet: true);
        await using var handler = FunctionsHandler.Create(services, port, JsonLines.Configure);
        handler.CheckWorkerRuntime(settings.WorkerRuntime);
        try
        {
            await handler.StartAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            throw new UsageException($"cannot listen on port {port}: {exception.Message}");
        }

        await Task.WhenAny(Task.Delay(Timeout.Infinite, cancellationToken));
        await handler.StopAsync();
        return ExitCodes.Interrupted;
    }
}
