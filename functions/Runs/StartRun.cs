using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Sampling;
using FunctionsEval.Http;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs;

public abstract record StartOutcome
{
    private StartOutcome()
    {
    }

    public sealed record Started(RunRecord Run) : StartOutcome;

    public sealed record UnknownDefinition(string DefinitionId) : StartOutcome;

    public sealed record Rejected(IReadOnlyList<FieldError> Errors) : StartOutcome;

    /// <summary>Its idempotency key came with another request before.</summary>
    public sealed record KeyUsed : StartOutcome;
}

/// <summary>Turns a stored definition into a run: checks it, writes the run, hands over the job.</summary>
public sealed class StartRun(DefinitionStore definitions, RunStore runs, RunRules rules, EnqueuePipelineJob enqueue, TimeProvider clock)
{
    /// <param name="baseUrl">A right of the command line; requests pass null.</param>
    public Task<StartOutcome> StartAsync(string definitionId, RunOverrides overrides, string? baseUrl, CancellationToken cancellationToken) =>
        StartAsync(RunId.New(clock.GetUtcNow()), definitionId, overrides, baseUrl, cancellationToken);

    internal async Task<StartOutcome> StartAsync(string runId, string definitionId, RunOverrides overrides, string? baseUrl, CancellationToken cancellationToken)
    {
        if (await definitions.FindHeadAsync(definitionId, cancellationToken) is not { } head)
        {
            return new StartOutcome.UnknownDefinition(definitionId);
        }

        var asked = overrides.ApplyTo(head.Definition);
        if (rules.Errors(asked, head.Scenarios, baseUrl, overrides.CommandFolder, head.Images) is { Count: > 0 } errors)
        {
            return new StartOutcome.Rejected(errors);
        }

        var tags = RunTags.Distinct(overrides.Tags ?? []);
        if (RunTags.Error(tags) is { } tagError)
        {
            return new StartOutcome.Rejected([tagError]);
        }

        if (overrides.Reuse is { } earlier && await ReuseErrorAsync(earlier, cancellationToken) is { } reuseError)
        {
            return new StartOutcome.Rejected([reuseError]);
        }

        var run = NewRun(runId, definitionId, asked, head.Scenarios, baseUrl) with { Tags = tags, ReusedRun = overrides.Reuse };
        if (overrides.CommandFolder is { } folder && asked.Scorers.Any(scorer => scorer.External?.Command is not null))
        {
            run = run with { Calls = run.Calls with { CommandFolder = folder } };
        }

        await runs.AddAsync(run, cancellationToken);
        try
        {
            await enqueue(new PipelineJob(PipelineJob.Start, run.RunId), cancellationToken);
        }
        catch
        {
            // A run that nothing will ever start must not be left behind.
            await runs.RemoveAsync(run.RunId, CancellationToken.None);
            throw;
        }

        return new StartOutcome.Started(run);
    }

    private async Task<FieldError?> ReuseErrorAsync(string runId, CancellationToken cancellationToken) => await runs.FindAsync(runId, cancellationToken) switch
    {
        null => new FieldError("reuse", $"reuse must be the id of an earlier run, but there is no run '{Excerpt.Of(runId)}'."),
        { IsTriage: true } => new FieldError("reuse", $"reuse must be the run of a definition, but run '{runId}' triages content."),
        _ => null,
    };

    private RunRecord NewRun(string runId, string definitionId, Definition asked, int scenarios, string? baseUrl)
    {
        var now = clock.GetUtcNow();
        return new RunRecord(
            runId,
            RunRecord.MultiSample,
            asked.Name,
            definitionId,
            asked.AllVariants(),
            ScenarioSampling.CountOf(scenarios, asked.SamplePercentage),
            asked.CellScorers(),
            new RunSampling(asked.SamplesPerScenario, asked.SamplePercentage, asked.SampleSeed, ScenarioSampling.SeedOf(null, runId), asked.Allocation),
            new RunCalls(asked.Preamble, asked.Config, baseUrl, asked.Budget?.MaxUsd, asked.Budget?.AllowUnknownPrice ?? false, RunTelemetry.TraceParent),
            RunStatus.Pending,
            now,
            new RunCourse(),
            asked.Compare,
            asked.Stopping,
            Pass: asked.Pass).WithPairwise(asked.PairScorers());
    }
}
