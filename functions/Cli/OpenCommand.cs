using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using FunctionsEval.Local;
using FunctionsEval.Pages;
using FunctionsEval.Pages.Runs;

namespace FunctionsEval.Cli;

/// <summary>functionseval open: serves the pages on a free port and shows them in a browser, until Ctrl+C.</summary>
internal static class OpenCommand
{
    private static readonly Argument<string?> Run = new("run")
    {
        Description = "Begin at the page of this run: its id, the first characters of it, or 'latest'",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("open", "Show the pages in a browser") { Run, CommonOptions.Data };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var settings = CommonOptions.SettingsOf(terminal, arguments);
        settings.RequireExistingStore();
        var (program, app) = LocalProgram.OpenServer(settings, new IPEndPoint(IPAddress.Loopback, 0), logging => logging.SetMinimumLevel(LogLevel.Warning).AddConsole());
        await using var disposed = program;
        var run = arguments.GetValue(Run) is { } reference ? await program.FindRunAsync(reference, cancellationToken) : null;
        await app.StartAsync(cancellationToken);
        program.Serve();
        var page = app.Urls.First() + (run is null ? PageAccess.Root : RunAddress.Of(run.RunId));
        terminal.Say($"the pages are at {page}; Ctrl+C stops");
        if (!terminal.IsErrorRedirected)
        {
            Browse(page);
        }

        await Task.WhenAny(Task.Delay(Timeout.Infinite, cancellationToken));
        await app.StopAsync(CancellationToken.None);
        await program.StopAsync();
        return ExitCodes.Completed;
    }

    private static void Browse(string page)
    {
        var command = OperatingSystem.IsWindows() ? "explorer" : OperatingSystem.IsMacOS() ? "open" : "xdg-open";
        try
        {
            using var browser = Process.Start(new ProcessStartInfo(command, [page]) { RedirectStandardError = true, RedirectStandardOutput = true });
        }
        catch (Win32Exception)
        {
            // There is no browser here; the address was said.
        }
    }
}
