using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Parsing;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Http;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Conversations;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using FunctionsEval.Runs.Rescoring;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs;

public abstract record RescoreOutcome
{
    private RescoreOutcome()
    {
    }

    /// <summary>It was taken up: a job does it.</summary>
    public sealed record Requested(RunRecord Run) : RescoreOutcome;

    /// <param name="Notes">What the run keeps and may not fit the new scorers.</param>
    public sealed record Rescored(RunAnalysis Analysis, IReadOnlyList<string> Notes) : RescoreOutcome;

    public sealed record UnknownRun(string RunId) : RescoreOutcome;

    public sealed record Rejected(IReadOnlyList<FieldError> Errors) : RescoreOutcome;

    public sealed record WrongState(string Message) : RescoreOutcome;

    /// <summary>Judges could not be asked to the end; what they said is kept, and the run has the scores that it had.</summary>
    public sealed record Stopped(string Reason) : RescoreOutcome;
}

/// <summary>How judges are asked when a run is scored again; without judges it means nothing.</summary>
/// <param name="BaseUrl">A right of the command line; null keeps the run's own.</param>
/// <param name="BudgetUsd">What judges may cost this time; null is what the run's own budget has left, or no limit.</param>
/// <param name="CommandFolder">Where programs of command scorers are started; a right of the command line.</param>
/// <param name="Report">Told of the answers that are judged, and of how many there are.</param>
public sealed record RescoreOptions(string? BaseUrl = null, double? BudgetUsd = null, bool AllowUnknownPrice = false, Action<long, long>? Report = null,
    string? CommandFolder = null);

/// <summary>
/// Scores the stored transcripts of a finished run by other scorers. Only judges are called, and only for what they were not asked before; without
/// judges no model is. Repeating it after a crash makes it whole.
/// </summary>
public sealed class RescoreRun(
    DefinitionStore definitions, RunStore runs, RunLeases leases, RunCatalog catalog, RunRules rules, CellLedger cells, ApplyScorers apply, AnalyzeRun analyze, EnqueuePipelineJob enqueue, TimeProvider clock)
{
    /// <summary>Has a job do it, as for a retry: the run goes on, and ends as it had ended before.</summary>
    /// <param name="scorers">A list of scorers as in a definition, as JSON.</param>
    /// <param name="budgetUsd">What judges may cost this time; null is what the run's own budget has left, or no limit.</param>
    public async Task<RescoreOutcome> RequestAsync(string runId, string scorers, double? budgetUsd, CancellationToken cancellationToken)
    {
        var (asked, refused) = await CheckAsync(runId, scorers, new RescoreOptions(BudgetUsd: budgetUsd), cancellationToken);
        if (asked is not var (run, _, specs))
        {
            return refused!;
        }

        if (leases.HolderOf(run) is { } other)
        {
            return new RescoreOutcome.WrongState($"Run '{runId}' is worked on by {other}; wait until it is done.");
        }

        var rescore = new RunRescore(specs, budgetUsd, await cells.SpentAsync(run), SpentUsd: 0, clock.GetUtcNow(), run.Status, run.Course.Reason);
        var wanted = await runs.ChangeAsync(
            runId,
            current => (current.Course.Extension, current.Status) == (run.Course.Extension, run.Status) && leases.HolderOf(current) is null
                ? current with { Status = RunStatus.Pending, Course = current.Course with { Reason = null, Rescore = rescore } }
                : null,
            cancellationToken);
        if (wanted is null)
        {
            return new RescoreOutcome.WrongState($"Run '{runId}' was changed at the same time; look at it again.");
        }

        try
        {
            await enqueue(new PipelineJob(PipelineJob.Extend, runId), cancellationToken);
        }
        catch
        {
            // A run that nothing will continue must not look as if it were running.
            await runs.ChangeAsync(
                runId, current => current.Status == RunStatus.Pending && current.Course.Rescore == rescore ? current.WithRescoreEnded(clock.GetUtcNow(), "Its job could not be queued.") : null, CancellationToken.None);
            throw;
        }

        return new RescoreOutcome.Requested(wanted);
    }

    /// <summary>Does it at once.</summary>
    /// <param name="scorers">A list of scorers as in a definition, as JSON.</param>
    public async Task<RescoreOutcome> RescoreAsync(string runId, string scorers, RescoreOptions options, CancellationToken cancellationToken)
    {
        var (asked, refused) = await CheckAsync(runId, scorers, options, cancellationToken);
        if (asked is not var (run, definition, specs))
        {
            return refused!;
        }

        var budget = options.BudgetUsd is { } most ? new RunBudget((decimal)most, 0) : await catalog.BudgetAsync(run);
        var again = new ScoreAgainOptions(_ => true, Budget: budget, BaseUrl: options.BaseUrl, Report: options.Report, CommandFolder: options.CommandFolder);
        return await apply.RunAsync(run, specs, again, cancellationToken) is { } stopped
            ? new RescoreOutcome.Stopped(stopped.Message)
            : new RescoreOutcome.Rescored(await analyze.AnalyzeAsync(run.RunId, cancellationToken), [.. MarginNotes(run, definition, specs)]);
    }

    private async Task<(Asked? Asked, RescoreOutcome? Refused)> CheckAsync(string runId, string scorers, RescoreOptions options, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return (null, new RescoreOutcome.UnknownRun(runId));
        }

        if (run.IsTriage)
        {
            return (null, new RescoreOutcome.WrongState($"Run '{runId}' is a triage, whose scores are part of its answers; it cannot be scored by others."));
        }

        if (!run.Status.IsFinished())
        {
            return (null, new RescoreOutcome.WrongState($"Run '{runId}' is {JsonRules.Name(run.Status)}; only a run that has ended can be rescored."));
        }

        var definition = await definitions.FindAsync(run.DefinitionId, cancellationToken)
            ?? throw StorageException.Missing($"definition '{run.DefinitionId}' of run '{runId}'");
        return Check(definition, scorers) switch
        {
            DefinitionOutcome.Rejected(var errors) => (null, new RescoreOutcome.Rejected([.. Explain(errors)])),
            DefinitionOutcome.Parsed(var asked) => Errors(run, asked.Scorers, options).ToList() is { Count: > 0 } refused
                ? (null, new RescoreOutcome.Rejected(refused))
                : (new Asked(run, definition, asked.Scorers), null),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };
    }

    // The rules of a definition hold: a scorer that cannot judge a scenario is refused here too.
    private static DefinitionOutcome Check(Definition definition, string scorers)
    {
        var json = JsonNode.Parse(DefinitionJson.Write(definition with { Scorers = [], Compare = null, Stopping = null, Allocation = null }))!;
        if (JsonNode.Parse(scorers) is not { } asked || asked is JsonArray { Count: 0 })
        {
            return new DefinitionOutcome.Rejected([new DefinitionError(1, 1, "scorers", "scorers must name one scorer at least, but is empty.")]);
        }

        json["scorers"] = asked;
        if (definition.Variants.Count > 0)
        {
            // Stored with an empty list of models; a definition that is read has either.
            json.AsObject().Remove("models");
        }

        return DefinitionReader.ReadJson(json.ToJsonString());
    }

    // One complaint for all scenarios, which are those of the run and not of the file that the scorers came from.
    private static IEnumerable<FieldError> Explain(IReadOnlyList<DefinitionError> errors)
    {
        var unjudged = errors.Where(error => error.Field.StartsWith("scenarios[", StringComparison.Ordinal)).ToList();
        foreach (var error in errors.Except(unjudged))
        {
            yield return new FieldError(error.Field, error.Message);
        }

        if (unjudged is [var first, ..])
        {
            yield return new FieldError("scorers", string.Create(
                CultureInfo.InvariantCulture,
                $"scorers cannot judge {unjudged.Count:N0} of the run's scenarios: {first.Message} Rescoring takes scorers only; the scenarios stay as they were when the run started."));
        }
    }

    private static IEnumerable<string> MarginNotes(RunRecord run, Definition definition, IReadOnlyList<ScorerSpec> specs)
    {
        if ((run.Compare?.Margin ?? run.Stopping?.Margin) is not { } margin || definition.CellScorers() is not [var declared, ..])
        {
            yield break;
        }

        var scales = definition.CellScorers().Select(spec => Scorers.Create(spec).Scale).ToList();
        foreach (var scorer in specs.Where(spec => spec.Type != ScorerSpec.PairwiseType).Select(Scorers.Create).Where(scorer => !scales.Contains(scorer.Scale) && run.Compare?.Margins?.ContainsKey(scorer.Name) != true))
        {
            yield return FormattableString.Invariant(
                $"margin {margin} was declared for '{declared.Name}', {Words(scales[0])}; '{scorer.Name}' scores {Words(scorer.Scale)}, and its verdicts use the same margin.");
        }

        static string Words((double Min, double Max)? scale) =>
            scale is var (min, max) ? FormattableString.Invariant($"from {min} to {max}") : "without a known scale";
    }

    private static FieldError? MetricsError(RunRecord run, IReadOnlyList<ScorerSpec> scorers)
    {
        var names = scorers.Where(scorer => scorer.Type != ScorerSpec.PairwiseType).Select(scorer => scorer.Name!).ToList();
        var needed = (run.Compare?.Metrics ?? []).Concat(run.Stopping is null ? [] : [run.Stopping.Metric ?? run.Scorers[0].Name!]);
        return needed.FirstOrDefault(metric => !names.Contains(metric)) is { } missing
            ? new FieldError("scorers", $"scorers must keep '{missing}', by which the run compares its variants, but are {string.Join(", ", names)}.")
            : null;
    }

    private IEnumerable<FieldError> Errors(RunRecord run, IReadOnlyList<ScorerSpec> specs, RescoreOptions options)
    {
        if (MetricsError(run, specs) is { } error)
        {
            yield return error;
        }

        var pairwise = specs.Where(spec => spec.Type == ScorerSpec.PairwiseType).ToList();
        foreach (var refused in RunRules.PairErrors(pairwise, run.Variants, run.Compare, run.Items, run.Sampling.SamplesPerScenario))
        {
            yield return refused;
        }

        var url = options.BaseUrl ?? run.Calls.BaseUrl;
        if (options.BudgetUsd is { } budget && DefinitionRules.ValidateBudget(budget) is { } problem)
        {
            yield return new FieldError("budgetUsd", problem.Replace("budget.maxUsd", "budgetUsd", StringComparison.Ordinal));
        }

        var mayBeUnpriced = options.AllowUnknownPrice || run.Calls.AllowUnknownPrice || (options.BudgetUsd ?? run.Calls.BudgetUsd) is null;
        foreach (var refused in rules.JudgeErrors(specs, url).Concat(rules.ExternalErrors(specs, options.CommandFolder)).Concat(mayBeUnpriced ? [] : rules.PriceErrors(JudgeModels.NamesOf(specs), url)))
        {
            yield return refused;
        }
    }

    private sealed record Asked(RunRecord Run, Definition Definition, IReadOnlyList<ScorerSpec> Scorers);
}
