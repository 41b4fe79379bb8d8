using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FunctionsEval.Content;
using FunctionsEval.Evaluation;
using FunctionsEval.Local;

namespace FunctionsEval.Cli;

/// <summary>functionseval import FILE: content as JSON Lines into the store; '-' reads standard input.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string> File = new("file") { Description = "Content as JSON Lines, or - for standard input" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("import", "Import content: topics, sources, items, clusters") { File, CommonOptions.Data, CommonOptions.Json };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var name = arguments.GetRequiredValue(File);
        if (name != "-" && !System.IO.File.Exists(name))
        {
            return terminal.Fail($"file '{name}' does not exist.", ExitCodes.Usage);
        }

        await using var stream = name == "-" ? Console.OpenStandardInput() : System.IO.File.OpenRead(name);
        await using var program = LocalProgram.Open(CommonOptions.SettingsOf(terminal, arguments), Terminal.Warnings(), isCommand: true);
        var report = await program.Get<ImportContent>().RunAsync(stream, cancellationToken, line =>
        {
            if (line % 10_000 < 1_000)
            {
                terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line:N0} lines"));
            }
        });
        Print(terminal, name, report, arguments.GetValue(CommonOptions.Json));
        return report.Refused == 0 ? ExitCodes.Completed : ExitCodes.Usage;
    }

    private static void Print(Terminal terminal, string name, ImportReport report, bool asJson)
    {
        foreach (var error in report.Errors)
        {
            terminal.Say($"{name}:{error.Line}: {error.Message}");
        }

        terminal.Out.WriteLine(asJson
            ? JsonSerializer.Serialize(report, ContentJson.Context.ImportReport)
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{Plural.Of(report.Lines, "line")}: {Plural.Of(report.Topics, "topic")}, {Plural.Of(report.Sources, "source")}, {Plural.Of(report.Items, "item")}, {report.Unchanged:N0} unchanged, {Plural.Of(report.Clusters, "cluster")}, {report.Refused:N0} refused"));
    }

}
