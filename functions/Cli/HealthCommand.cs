using System.CommandLine;
using System.Text.Json;
using FunctionsEval.Health;
using FunctionsEval.Local;

namespace FunctionsEval.Cli;

/// <summary>functionseval health: 0 when the store and the queue answer, else 3.</summary>
internal static class HealthCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("health", "Look at the store, the queue and the keys") { CommonOptions.Data, CommonOptions.Json };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var settings = CommonOptions.SettingsOf(terminal, arguments);
        var report = settings.MissingStore() is { } missing
            ? await WithoutStoreAsync(settings.Sources, missing, cancellationToken)
            : await CheckAsync(settings, cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(report, HealthJson.Context.HealthReport));
        }
        else
        {
            terminal.Out.WriteLine($"functionseval {report.Version} on {report.Runtime}");
            terminal.Out.WriteLine(Visible.Line($"store  {report.Store.Description}: {(report.Store.Reachable ? "reachable" : report.Store.Error)}"));
            terminal.Out.WriteLine(Visible.Line($"queue  {report.Queue.Description}: {(report.Queue.Reachable ? "reachable" : report.Queue.Error)}"));
            terminal.Out.WriteLine($"keys   {string.Join(", ", report.Keys.Select(key => $"{key.Key} {(key.Value ? "set" : "not set")}"))}");
            terminal.Out.WriteLine(FormattableString.Invariant(
                $"prices of {report.Prices!.Version:yyyy-MM-dd}, the oldest {report.Prices.AgeDays} days old"));
            foreach (var warning in report.Warnings)
            {
                terminal.Out.WriteLine($"warning: {warning}");
            }
        }

        return report.Healthy ? ExitCodes.Completed : ExitCodes.Infrastructure;
    }

    private static async Task<HealthReport> CheckAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var program = LocalProgram.Open(settings, Terminal.Warnings(), mayBeReadOnly: true);
        var report = await program.Get<HealthCheck>().CheckAsync(cancellationToken);
        return program.Storage.IsReadOnly
            ? report with { Warnings = [.. report.Warnings, "The data folder is read-only: runs can be analyzed, gated and planned from here, not made."] }
            : report;
    }

    /// <summary>All the rest, on a store that is gone afterwards: asking makes nothing, and a mistyped folder is told.</summary>
    private static async Task<HealthReport> WithoutStoreAsync(SettingSources sources, string missing, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("functionseval-");
        try
        {
            var report = await CheckAsync(new Settings(sources, folder.FullName), cancellationToken);
            var none = new DependencyHealth("none yet", Reachable: true);
            return report with { Store = none, Queue = none, Warnings = [.. report.Warnings, $"T{missing[1..]}"] };
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
