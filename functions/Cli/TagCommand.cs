using System.CommandLine;
using System.Text.Json;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Cli;

/// <summary>functionseval tag RUN [TAG..]: adds and removes tags, and prints those that the run has.</summary>
internal static class TagCommand
{
    private static readonly Argument<string[]> Added = new("tag") { Description = "Tags to add", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string[]> Removed = new("--remove") { Description = "A tag to take away; may be repeated", HelpName = "TAG" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("tag", "Put tags on a run, or take them away") { CommonOptions.Run, Added, Removed, CommonOptions.Data, CommonOptions.Json };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var (added, removed) = (arguments.GetValue(Added) ?? [], arguments.GetValue(Removed) ?? []);
        var isRead = added.Length + removed.Length == 0;
        await using var program = CommonOptions.OpenExisting(terminal, arguments, mayBeReadOnly: isRead);
        var run = await program.FindRunAsync(arguments.GetRequiredValue(CommonOptions.Run), cancellationToken);
        IReadOnlyList<string> Change(IReadOnlyList<string> tags) => RunTags.Distinct(tags.Except(removed).Concat(added));
        if (RunTags.Error(Change(run.Tags ?? [])) is { } error)
        {
            throw new UsageException(error.Message);
        }

        var changed = isRead ? run : await program.Get<RunTags>().ChangeAsync(run.RunId, Change, cancellationToken) ?? run;
        terminal.Out.WriteLine(arguments.GetValue(CommonOptions.Json)
            ? JsonSerializer.Serialize(RunView.Of(changed, await program.Get<CellLedger>().CountAsync(changed, cancellationToken)), RunsJson.Context.RunView)
            : string.Join('\n', changed.Tags ?? []));
        return ExitCodes.Completed;
    }
}
