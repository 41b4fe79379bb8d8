using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>functionseval config: the settings that hold here, and where each is from.</summary>
internal static class ConfigCommand
{
    private static readonly Argument<FileInfo?> File = new("file")
    {
        Description = "A definition: the settings for a run of it; without one, those of the working folder",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("config", "Show each setting and where it is from")
        {
            File, CommonOptions.Concurrency, CommonOptions.BaseUrl, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction(arguments => Run(terminal, arguments));
        return command;
    }

    private static int Run(Terminal terminal, ParseResult arguments)
    {
        if (arguments.GetValue(File) is { } file && !file.Exists)
        {
            throw new UsageException($"file '{file.FullName}' does not exist.");
        }

        var settings = CommonOptions.SettingsOf(terminal, arguments, arguments.GetValue(File));
        var shown = new ShownSettings(settings.Sources.ProjectPath, settings.Sources.DotEnvPath, settings.Views());
        if (arguments.GetValue(CommonOptions.Json))
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(shown, CliJson.Context.ShownSettings));
            return ExitCodes.Completed;
        }

        terminal.Out.WriteLine(Visible.Line($"{ProjectFile.Name}  {shown.ProjectFile ?? "none, here or in a folder above"}"));
        terminal.Out.WriteLine(Visible.Line($"{DotEnv.Name}               {shown.EnvironmentFile ?? "none, here or in a folder above"}"));
        var table = new Table().Border(TableBorder.Simple).AddColumns("setting", "value", "from");

        // Variables that have no other name are many, and seldom set.
        foreach (var setting in shown.Settings.Where(setting => setting.From is not null || setting.Name != setting.Variable))
        {
            table.AddRow(Visible.Markup(setting.Name), Visible.Markup(setting.Value ?? "-"), Visible.Markup(setting.From ?? "not set"));
        }

        terminal.OutConsole().Write(table);
        terminal.Out.WriteLine($"Not set: {string.Join(", ", shown.Settings.Where(setting => setting.From is null && setting.Name == setting.Variable).Select(setting => setting.Name))}");
        return ExitCodes.Completed;
    }
}

/// <param name="ProjectFile">The functionseval.yaml that was read; null for none.</param>
/// <param name="EnvironmentFile">The .env that was read; null for none.</param>
internal sealed record ShownSettings(string? ProjectFile, string? EnvironmentFile, IReadOnlyList<SettingView> Settings);
