using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs;

namespace FunctionsEval.Cli;

/// <summary>functionseval rescore RUN FILE: scores the stored answers by the scorers of a definition; calls no model.</summary>
internal static class RescoreCommand
{
    private static readonly Argument<string> RunIdArgument = new("runId") { Description = "The run" };
    private static readonly Argument<FileInfo> File = new("file") { Description = "A definition, YAML or JSON, whose scorers are taken" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("rescore", "Score a run again by other scorers") { RunIdArgument, File, CommonOptions.Data, CommonOptions.Json };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        if (await DefinitionFile.ReadAsync(terminal, arguments.GetRequiredValue(File), CommonOptions.DefaultsOf(terminal, arguments.GetRequiredValue(File)), cancellationToken) is not { } definition)
        {
            return ExitCodes.Usage;
        }

        await using var program = CommonOptions.OpenExisting(terminal, arguments);
        var started = program.Clock.GetTimestamp();
        var runId = (await program.FindRunAsync(arguments.GetRequiredValue(RunIdArgument), cancellationToken)).RunId;
        var scorers = JsonNode.Parse(DefinitionJson.Write(definition))!["scorers"]!.ToJsonString();
        switch (await program.Get<RescoreRun>().RescoreAsync(runId, scorers, cancellationToken))
        {
            case RescoreOutcome.Rescored(_, var notes):
                var run = await program.Get<RunStore>().GetAsync(runId, cancellationToken);
                if (definition.Compare is { } compare && !IsSame(compare, run.Compare))
                {
                    terminal.Say("the file's compare is not used: a comparison is declared before answers are seen, and the run keeps its own.");
                }

                foreach (var note in notes)
                {
                    terminal.Say($"{note}");
                }

                var result = await program.ResultOfAsync(runId, program.Clock.GetElapsedTime(started), cancellationToken);
                RunReport.Print(terminal, result, arguments.GetValue(CommonOptions.Json));
                return ExitCodes.Of(result);
            case RescoreOutcome.UnknownRun(var id):
                throw new UsageException($"run '{id}' does not exist in this store.");
            case RescoreOutcome.Rejected(var errors):
                throw new UsageException(string.Join(" ", errors.Select(error => error.Message)));
            case RescoreOutcome.WrongState(var message):
                throw new UsageException(message);
            case var other:
                throw new UnreachableException($"Unhandled {other.GetType().Name}");
        }
    }

    private static bool IsSame(CompareSpec compare, CompareSpec? own) =>
        own is not null && compare with { Metrics = null, Margins = null } == own with { Metrics = null, Margins = null }
        && (compare.Metrics ?? []).SequenceEqual(own.Metrics ?? [])
        && (compare.Margins ?? new Dictionary<string, double>()).ToHashSet().SetEquals(own.Margins ?? new Dictionary<string, double>());
}
