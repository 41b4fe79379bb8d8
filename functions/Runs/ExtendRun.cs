using System.Text.Json.Nodes;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Parsing;
using FunctionsEval.Evaluation.Sampling;
using FunctionsEval.Http;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs;

/// <summary>What is added to a finished run; null adds nothing.</summary>
/// <param name="SamplesPerScenario">The new number, above the one it has.</param>
/// <param name="SamplePercentage">The new share of scenarios, above the one it has.</param>
/// <param name="AddModels">Variants that differ in nothing but their model.</param>
/// <param name="BudgetUsd">What the run may cost in all from now on, above what it might so far; only of a run that has a budget.</param>
public sealed record ExtendRequest(
    int? SamplesPerScenario = null, int? SamplePercentage = null, IReadOnlyList<string>? AddModels = null, IReadOnlyList<Variant>? AddVariants = null,
    double? BudgetUsd = null)
{
    public IReadOnlyList<Variant> Added() => [.. (AddModels ?? []).Select(Variant.Of), .. AddVariants ?? []];
}

public abstract record ExtendOutcome
{
    private ExtendOutcome()
    {
    }

    public sealed record Extended(RunRecord Run) : ExtendOutcome;

    public sealed record UnknownRun(string RunId) : ExtendOutcome;

    public sealed record Rejected(IReadOnlyList<FieldError> Errors) : ExtendOutcome;

    public sealed record WrongState(string Message) : ExtendOutcome;
}

/// <summary>
/// Adds samples, scenarios or variants to a finished run and calls only what is missing. Addresses of cells do not move: what is new comes
/// behind what is there, in every dimension.
/// </summary>
public sealed class ExtendRun(DefinitionStore definitions, RunStore runs, RunRules rules, EnqueuePipelineJob enqueue)
{
    /// <param name="baseUrl">A right of the command line; null keeps the run's own.</param>
    public async Task<ExtendOutcome> ExtendAsync(string runId, ExtendRequest request, string? baseUrl, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return new ExtendOutcome.UnknownRun(runId);
        }

        if (WrongState(run) is { } message)
        {
            return new ExtendOutcome.WrongState(message);
        }

        var definition = await definitions.FindAsync(run.DefinitionId, cancellationToken)
            ?? throw StorageException.Missing($"definition '{run.DefinitionId}' of run '{runId}'");
        var wanted = Wanted(run, request, definition, baseUrl);
        if (Errors(run, request, wanted, definition) is { Count: > 0 } errors)
        {
            return new ExtendOutcome.Rejected(errors);
        }

        // Only from the state that was checked: two requests at once must not both add.
        if (await runs.ChangeAsync(runId, current => current == run || IsSame(current, run) ? wanted : null, cancellationToken) is null)
        {
            return new ExtendOutcome.WrongState($"Run '{runId}' was changed at the same time; look at it again.");
        }

        try
        {
            await enqueue(new PipelineJob(PipelineJob.Extend, runId), cancellationToken);
        }
        catch
        {
            // A run that nothing will continue must not look as if it were running.
            await runs.ChangeAsync(runId, current => current.Course.Extension == wanted.Course.Extension && current.Status == RunStatus.Pending ? run : null, CancellationToken.None);
            throw;
        }

        return new ExtendOutcome.Extended(wanted);
    }

    private static string? WrongState(RunRecord run) => run switch
    {
        { IsTriage: true } => $"Run '{run.RunId}' triages the content of a window as it was; it cannot be extended. Start a new one.",
        { Status: var status } when !status.IsFinished() => $"Run '{run.RunId}' is {JsonRules.Name(status)}; only a run that has ended can be extended.",
        { Stopping: not null } => $"Run '{run.RunId}' stops by a rule that looks at items in one order; extending it would void its verdicts. Start a new run.",
        { Sampling.Allocation: not null } => $"Run '{run.RunId}' has shared out its samples by a pilot of the scenarios and variants it has; extending it would void that. Start a new run.",
        _ => null,
    };

    private static bool IsSame(RunRecord current, RunRecord seen) => current.Course.Extension == seen.Course.Extension && current.Status == seen.Status;

    private static RunRecord Wanted(RunRecord run, ExtendRequest request, Definition definition, string? baseUrl)
    {
        var percentage = request.SamplePercentage ?? run.Sampling.Percentage;
        return run with
        {
            Variants = [.. run.Variants, .. request.Added()],
            Sampling = run.Sampling with
            {
                SamplesPerScenario = request.SamplesPerScenario ?? run.Sampling.SamplesPerScenario,
                Percentage = percentage,
                Percentages = percentage == run.Sampling.Percentage ? run.Sampling.Percentages : [.. run.Sampling.Percentages ?? [run.Sampling.Percentage], percentage],
            },
            Items = percentage is >= 1 and <= 100 ? ScenarioSampling.CountOf(definition.Scenarios.Count, percentage) : run.Items,
            Calls = run.Calls with { BaseUrl = baseUrl ?? run.Calls.BaseUrl, BudgetUsd = request.BudgetUsd ?? run.Calls.BudgetUsd },
            Status = RunStatus.Pending,
            Course = new RunCourse(run.Course.StartedAt, Extension: run.Course.Extension + 1, Executor: run.Course.Executor),
        };
    }

    private static string? BudgetError(RunRecord run, double? asked) => run.Calls.BudgetUsd switch
    {
        null when asked is not null => FormattableString.Invariant($"budgetUsd is {asked}, but the run has no budget that could be raised."),
        { } has when asked is { } wanted && !(wanted > has && double.IsFinite(wanted)) =>
            FormattableString.Invariant($"budgetUsd must be above the {has} that the run has, but is {wanted}."),
        { } has when asked is null && run.Course.StopReason == RunCourse.StoppedByBudget =>
            FormattableString.Invariant($"budgetUsd is required: the run has spent its {has}, and more calls need a higher one."),
        _ => null,
    };

    // The rules of a definition hold for what is added to its variants, and for all of them together.
    private static IEnumerable<FieldError> VariantErrors(RunRecord run, ExtendRequest request, RunRecord wanted, Definition definition)
    {
        var json = JsonNode.Parse(DefinitionJson.Write(definition with
        {
            Scenarios = [definition.Scenarios[0]],
            Models = [],
            Variants = wanted.Variants,
            Scorers = [],
            Compare = null,
            Stopping = null,
            Allocation = null,
        }))!.AsObject();
        json.Remove("models");
        if (DefinitionReader.ReadJson(json.ToJsonString()) is not DefinitionOutcome.Rejected(var errors))
        {
            yield break;
        }

        var models = request.AddModels?.Count ?? 0;
        foreach (var error in errors)
        {
            // What the run has keeps the rules, so the one that breaks them is new; or there are too many of them, or they are too long together.
            var index = Enumerable.Range(0, wanted.Variants.Count).FirstOrDefault(place => error.Field.StartsWith($"variants[{place}]", StringComparison.Ordinal), -1);
            var added = index - run.Variants.Count;
            if (index >= 0 && added < models && error.Field.EndsWith(".name", StringComparison.Ordinal))
            {
                // A model is its own name; it is told once.
                continue;
            }

            var (was, now) = index < 0 ? ("variants", "addVariants")
                : added < models ? ($"variants[{index}].model", $"addModels[{added}]")
                : ($"variants[{index}]", $"addVariants[{added - models}]");
            yield return new FieldError(
                index < 0 ? now : error.Field.Replace(was, now, StringComparison.Ordinal), error.Message.Replace(was, now, StringComparison.Ordinal));
        }
    }

    private List<FieldError> Errors(RunRecord run, ExtendRequest request, RunRecord wanted, Definition definition)
    {
        var errors = new List<FieldError>();
        Add("samplesPerScenario", DefinitionRules.ValidateSamples(wanted.Sampling.SamplesPerScenario));
        Add("samplePercentage", DefinitionRules.ValidatePercentage(wanted.Sampling.Percentage));
        AddGrowth("samplesPerScenario", request.SamplesPerScenario, run.Sampling.SamplesPerScenario);
        AddGrowth("samplePercentage", request.SamplePercentage, run.Sampling.Percentage);
        var names = wanted.Variants.GroupBy(variant => variant.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        Add("addModels", names is null ? null : $"addModels must name variants that the run does not have, but '{names.Key}' is one of it.");
        if (request is { SamplesPerScenario: null, SamplePercentage: null, BudgetUsd: null } && request.Added().Count == 0)
        {
            errors.Add(new FieldError("samplesPerScenario", "Give samplesPerScenario, samplePercentage, addModels, addVariants or budgetUsd: there is nothing to add."));
        }

        Add("budgetUsd", BudgetError(run, request.BudgetUsd));
        if (errors.Count == 0)
        {
            errors.AddRange(VariantErrors(run, request, wanted, definition));
        }

        if (errors.Count == 0)
        {
            Add("samplesPerScenario", DefinitionRules.ValidateCellCount(wanted.Items, wanted.Variants.Count, wanted.Sampling.SamplesPerScenario));
            errors.AddRange(rules.ModelErrors(wanted.Variants, wanted.Calls.BaseUrl));
            errors.AddRange(rules.JudgeErrors(wanted.AllScorers(), wanted.Calls.BaseUrl));
            errors.AddRange(RunRules.PairErrors(wanted.PairScorers(), wanted.Variants, wanted.Compare, wanted.Items, wanted.Sampling.SamplesPerScenario));
        }

        return errors;

        void Add(string field, string? message)
        {
            if (message is not null)
            {
                errors.Add(new FieldError(field, message));
            }
        }

        void AddGrowth(string field, int? asked, int has) => Add(
            field, asked <= has ? FormattableString.Invariant($"{field} must be above the {has} that the run has, but is {asked}.") : null);
    }
}
