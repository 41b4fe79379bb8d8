using System.ComponentModel;
using System.Diagnostics;

namespace FunctionsEval.Cli;

/// <summary>Long text on a terminal, a screen at a time, by the pager that the environment names; elsewhere it is just written.</summary>
internal static class Pager
{
    public static async Task ShowAsync(Terminal terminal, Func<TextWriter, Task> write)
    {
        if (terminal.Pager is not { Length: > 0 } command || Start(command) is not { } process)
        {
            await write(terminal.Out);
            return;
        }

        using (process)
        {
            try
            {
                await write(process.StandardInput);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // Who reads has seen enough and closed the pager.
            }

            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static Process? Start(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        try
        {
            return Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true });
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
