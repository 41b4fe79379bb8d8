using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Local;
using FunctionsEval.Models;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Cli;

/// <summary>functionseval rescore RUN FILE: scores the stored answers by the scorers of a definition; calls judges where it has any, and no other model.</summary>
internal static class RescoreCommand
{
    private static readonly Argument<string> RunIdArgument = new("runId") { Description = "The run" };
    private static readonly Argument<FileInfo> File = new("file") { Description = "A definition, YAML or JSON, whose scorers are taken" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("rescore", "Score a run again by other scorers")
        {
            RunIdArgument, File, CommonOptions.Budget, RunCommand.AllowUnknownPrice, CommonOptions.Concurrency, CommonOptions.BaseUrl, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        if (await DefinitionFile.ReadAsync(terminal, arguments.GetRequiredValue(File), CommonOptions.DefaultsOf(terminal, arguments.GetRequiredValue(File)), settings: null, cancellationToken) is not { } definition)
        {
            return ExitCodes.Usage;
        }

        await using var program = CommonOptions.OpenExisting(terminal, arguments);
        var started = program.Clock.GetTimestamp();
        var runId = (await program.FindRunAsync(arguments.GetRequiredValue(RunIdArgument), cancellationToken)).RunId;
        var scorers = JsonNode.Parse(DefinitionJson.Write(definition))!["scorers"]!.ToJsonString();
        foreach (var note in RunRules.JudgeNotes(definition.Scorers, (await program.Get<RunStore>().GetAsync(runId, cancellationToken)).Variants))
        {
            terminal.Error.WriteLine(Visible.Text(note));
        }

        var options = new RescoreOptions(program.Settings.BaseUrl, arguments.GetValue(CommonOptions.Budget), arguments.GetValue(RunCommand.AllowUnknownPrice), Progress(terminal, program.Clock),
            DefinitionFile.FolderOf(arguments.GetRequiredValue(File)));
        switch (await RescoreAsync(terminal, program, runId, scorers, options, cancellationToken))
        {
            case null:
                terminal.Say("interrupted; what judges have said is kept. The same command goes on from there.");
                return ExitCodes.Interrupted;
            case RescoreOutcome.Stopped(var reason):
                terminal.Say($"the judges were not asked to the end: {reason.TrimEnd('.')}. What they have said is kept; the run has the scores that it had. The same command goes on from there.");
                return ExitCodes.Infrastructure;
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

    /// <summary>Null when it was interrupted.</summary>
    private static async Task<RescoreOutcome?> RescoreAsync(
        Terminal terminal, LocalProgram program, string runId, string scorers, RescoreOptions options, CancellationToken cancellationToken)
    {
        // Two processes that ask the same judges would pay twice.
        var leases = program.Get<RunLeases>();
        if (await leases.HoldEndedAsync(runId, cancellationToken) is { } other)
        {
            return new RescoreOutcome.WrongState($"Run '{runId}' is worked on by {other}; wait until it is done, or end it.");
        }

        using var stop = new CancellationTokenSource();
        using var renewal = program.Clock.CreateTimer(_ => _ = RenewAsync(leases, runId), null, RunExecutor.Lifetime / 6, RunExecutor.Lifetime / 6);
        try
        {
            return await RescoreAsync(terminal, program, runId, scorers, options, stop, cancellationToken);
        }
        finally
        {
            await leases.ReleaseAsync(runId, CancellationToken.None);
        }
    }

    private static async Task RenewAsync(RunLeases leases, string runId)
    {
        try
        {
            await leases.RenewAsync(runId, CancellationToken.None);
        }
        catch (StorageException)
        {
            // A store that stays away ends the command; until then the next renewal is soon.
        }
    }

    private static async Task<RescoreOutcome?> RescoreAsync(
        Terminal terminal, LocalProgram program, string runId, string scorers, RescoreOptions options, CancellationTokenSource stop, CancellationToken cancellationToken)
    {
        var rescoring = program.Get<RescoreRun>().RescoreAsync(runId, scorers, options, stop.Token);
        var interrupted = Task.Delay(Timeout.InfiniteTimeSpan, program.Clock, cancellationToken);
        if (await Task.WhenAny(rescoring, interrupted) == rescoring)
        {
            return await rescoring;
        }

        // Answers of judges under way are paid for.
        await CallsUnderWay.EndAsync(program.Get<ProviderCatalogs>(), program.Get<CellLedger>(), program.Clock, calls => terminal.Say(FormattableString.Invariant($"waiting for {calls} calls under way; Ctrl+C again stops at once")));
        await stop.CancelAsync();
        await ((Task)rescoring).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return null;
    }

    /// <summary>A line every few seconds while judges are asked.</summary>
    private static Action<long, long> Progress(Terminal terminal, TimeProvider clock)
    {
        var gate = new Lock();
        var last = clock.GetTimestamp();
        return (done, total) =>
        {
            lock (gate)
            {
                if (clock.GetElapsedTime(last) >= TimeSpan.FromSeconds(5))
                {
                    last = clock.GetTimestamp();
                    terminal.Error.WriteLine(FormattableString.Invariant($"{done:N0} of {total:N0} answers judged"));
                }
            }
        };
    }

    private static bool IsSame(CompareSpec compare, CompareSpec? own) =>
        own is not null && compare with { Metrics = null, Margins = null } == own with { Metrics = null, Margins = null }
        && (compare.Metrics ?? []).SequenceEqual(own.Metrics ?? [])
        && (compare.Margins ?? new Dictionary<string, double>()).ToHashSet().SetEquals(own.Margins ?? new Dictionary<string, double>());
}
