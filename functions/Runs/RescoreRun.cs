using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Http;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Runs;

public abstract record RescoreOutcome
{
    private RescoreOutcome()
    {
    }

    /// <param name="Notes">What the run keeps and may not fit the new scorers.</param>
    public sealed record Rescored(RunAnalysis Analysis, IReadOnlyList<string> Notes) : RescoreOutcome;

    public sealed record UnknownRun(string RunId) : RescoreOutcome;

    public sealed record Rejected(IReadOnlyList<FieldError> Errors) : RescoreOutcome;

    public sealed record WrongState(string Message) : RescoreOutcome;
}

/// <summary>Scores the stored transcripts of a finished run by other scorers; calls no model. Repeating it after a crash makes it whole.</summary>
public sealed class RescoreRun(DefinitionStore definitions, RunStore runs, CellLedger cells, AnalyzeRun analyze)
{
    /// <param name="scorers">A list of scorers as in a definition, as JSON.</param>
    public async Task<RescoreOutcome> RescoreAsync(string runId, string scorers, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return new RescoreOutcome.UnknownRun(runId);
        }

        if (run.IsTriage)
        {
            return new RescoreOutcome.WrongState($"Run '{runId}' is a triage, whose scores are part of its answers; it cannot be scored by others.");
        }

        if (!run.Status.IsFinished())
        {
            return new RescoreOutcome.WrongState($"Run '{runId}' is {JsonRules.Name(run.Status)}; only a run that has ended can be rescored.");
        }

        var definition = await definitions.FindAsync(run.DefinitionId, cancellationToken)
            ?? throw new InvalidOperationException($"Definition '{run.DefinitionId}' of run '{runId}' is not in the store.");
        switch (Check(definition, scorers))
        {
            case DefinitionOutcome.Rejected(var errors):
                return new RescoreOutcome.Rejected([.. Explain(errors)]);
            case DefinitionOutcome.Parsed(var asked):
                return MetricsError(run, asked.Scorers) is { } error
                    ? new RescoreOutcome.Rejected([error])
                    : new RescoreOutcome.Rescored(await RescoreAsync(run, asked.Scorers, cancellationToken), [.. MarginNotes(run, definition, asked.Scorers)]);
            case var other:
                throw new UnreachableException($"Unhandled {other.GetType().Name}");
        }
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
        if ((run.Compare?.Margin ?? run.Stopping?.Margin) is not { } margin || definition.Scorers is not [var declared, ..])
        {
            yield break;
        }

        var scales = definition.Scorers.Select(spec => Scorers.Create(spec).Scale).ToList();
        foreach (var scorer in specs.Select(Scorers.Create).Where(scorer => !scales.Contains(scorer.Scale) && run.Compare?.Margins?.ContainsKey(scorer.Name) != true))
        {
            yield return FormattableString.Invariant(
                $"margin {margin} was declared for '{declared.Name}', {Words(scales[0])}; '{scorer.Name}' scores {Words(scorer.Scale)}, and its verdicts use the same margin.");
        }

        static string Words((double Min, double Max)? scale) =>
            scale is var (min, max) ? FormattableString.Invariant($"from {min} to {max}") : "without a known scale";
    }

    private static FieldError? MetricsError(RunRecord run, IReadOnlyList<ScorerSpec> scorers)
    {
        var names = scorers.Select(scorer => scorer.Name!).ToList();
        var needed = (run.Compare?.Metrics ?? []).Concat(run.Stopping is null ? [] : [run.Stopping.Metric ?? run.Scorers[0].Name!]);
        return needed.FirstOrDefault(metric => !names.Contains(metric)) is { } missing
            ? new FieldError("scorers", $"scorers must keep '{missing}', by which the run compares its variants, but are {string.Join(", ", names)}.")
            : null;
    }

    private async Task<RunAnalysis> RescoreAsync(RunRecord run, IReadOnlyList<ScorerSpec> specs, CancellationToken cancellationToken)
    {
        var scorers = specs.Select(Scorers.Create).ToList();
        var items = await runs.ItemsAsync(run.RunId, cancellationToken).ToListAsync(cancellationToken);

        await cells.RewriteAsync(run, (cell, transcript) => Rescore(cell, transcript, specs, scorers, items[cell.Address.Item]), cancellationToken);
        await runs.ChangeAsync(run.RunId, current => current with { Scorers = specs }, cancellationToken);
        await cells.SealAsync(run, cancellationToken);
        return await analyze.AnalyzeAsync(run.RunId, cancellationToken);
    }

    /// <summary>A stored answer as these scorers see it.</summary>
    internal static CellRecord Rescore(
        CellRecord cell, Transcript transcript, IReadOnlyList<ScorerSpec> specs, IReadOnlyList<IScorer> scorers, Scenario item)
    {
        if (cell.Outcome is CellOutcome.Refused or CellOutcome.Truncated)
        {
            return cell with { Scores = CellScores.None(scorers, cell.Scores is [{ Invalid: { } why }, ..] ? why : "There is no answer to score.") };
        }

        var scores = CellScores.Of(specs, scorers, transcript.Turns, item);
        return cell with { Outcome = CellScores.OutcomeOf(scores), Score = scores is [var first, ..] ? first.Value : null, Scores = scores };
    }
}
