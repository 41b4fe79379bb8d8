using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FunctionsEval.Http;
using FunctionsEval.Runs;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>functionseval runs: the runs of a store, newest first.</summary>
internal static class RunsCommand
{
    private static readonly Option<string?> Status = new("--status") { Description = "Only pending, running, paused, completed, failed or cancelled runs", HelpName = "STATUS" };
    private static readonly Option<string?> Tag = new("--tag") { Description = "Only runs with this tag", HelpName = "TAG" };
    private static readonly Option<string?> Name = new("--name") { Description = "Only runs with this in their name", HelpName = "TEXT" };
    private static readonly Option<string?> Kind = new("--kind") { Description = "Only multi_sample, abtest or digest runs", HelpName = "KIND" };
    private static readonly Option<int> Limit = new("--limit") { Description = "At most so many, 1..1000", HelpName = "N", DefaultValueFactory = _ => 50, CustomParser = NumberParser.Required<int> };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("runs", "List runs, newest first") { Status, Tag, Name, Kind, Limit, CommonOptions.Data, CommonOptions.Json };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var limit = arguments.GetValue(Limit);
        var (filter, error) = RunFilter.Of(arguments.GetValue(Status), arguments.GetValue(Tag), arguments.GetValue(Name), arguments.GetValue(Kind));
        if (error is not null)
        {
            throw new UsageException($"--{error.Message}");
        }

        if (limit is < 1 or > Paging.MaxPageSize)
        {
            throw new UsageException($"--limit must be between 1 and {Paging.MaxPageSize}, but is {limit}.");
        }

        await using var program = CommonOptions.OpenExisting(terminal, arguments, mayBeReadOnly: true);
        var page = await program.Get<RunList>().PageAsync(filter, limit, continuationToken: null, cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(page, RunsJson.Context.RunPage));
            return ExitCodes.Completed;
        }

        if (page.Runs.Count == 0)
        {
            terminal.Say(filter == new RunFilter() ? "there is no run in this store yet." : "no run in this store is like that.");
            return ExitCodes.Completed;
        }

        terminal.OutConsole().Write(TableOf(page.Runs));
        if (page.ContinuationToken is not null)
        {
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"there are more than {limit}: --limit shows more."));
        }

        return ExitCodes.Completed;
    }

    private static Table TableOf(IReadOnlyList<RunView> runs)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("run").NoWrap());
        table.AddColumn(new TableColumn("name, #tags"));
        table.AddColumn(new TableColumn("status").NoWrap());
        RunReport.AddNumbers(table, ["cells", "created (UTC)"]);
        foreach (var run in runs)
        {
            var tags = string.Concat((run.Tags ?? []).Select(tag => $" #{tag}"));
            table.AddRow(
                Visible.Markup(run.RunId),
                $"{Visible.Markup(run.Name)}[grey]{Visible.Markup(tags)}[/]",
                JsonRules.Name(run.Status),
                Cells(run.Progress!),
                run.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        }

        return table;
    }

    private static string Cells(RunProgress progress) =>
        progress.Completed + progress.Failed is var done && done < progress.Total
            ? $"{RunReport.Count(done)} of {RunReport.Count(progress.Total)}"
            : progress.Failed > 0 ? $"{RunReport.Count(progress.Total)}, {RunReport.Count(progress.Failed)} failed" : RunReport.Count(progress.Total);
}
