using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Pairs;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs;

/// <summary>A run on the wire.</summary>
/// <param name="BaseUrl">Where its models were called, as the command line said; null is where the settings say.</param>
/// <param name="Rescore">Null when it was never asked to have other scorers.</param>
public sealed record RunView(
    string RunId,
    string Kind,
    string Name,
    string DefinitionId,
    RunStatus Status,
    IReadOnlyList<Variant> Variants,
    int Items,
    int SamplesPerScenario,
    int SamplePercentage,
    long? SampleSeed,
    RunProgress? Progress,
    CallCounts? Calls,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? CompletedAt,
    string? Reason,
    string? AnalysisError,
    RunCost? Cost,
    double? BudgetUsd,
    string? StopReason,
    StoppedEarly? StoppedEarly = null,
    AllocationSpec? Allocation = null,
    RunRetry? Retry = null,
    IReadOnlyList<string>? Tags = null,
    string? ReusedRun = null,
    string? BaseUrl = null,
    RescoreView? Rescore = null)
{
    /// <param name="counts">By variant; null where there is no progress to tell yet.</param>
    public static RunView Of(RunRecord run, IReadOnlyList<CellCounts>? counts) => new(
        run.RunId,
        run.Kind,
        run.Name,
        run.DefinitionId,
        run.Status,
        run.Variants,
        run.Items,
        run.Sampling.SamplesPerScenario,
        run.Sampling.Percentage,
        run.Sampling.Seed,
        counts is null ? null : RunProgress.Of(run, counts),
        counts is null ? null : CallCounts.Of(counts),
        run.CreatedAt,
        run.Course.StartedAt,
        run.Course.CompletedAt,
        run.Course.Reason,
        run.Course.AnalysisError,
        counts is null ? null : RunCost.Of(counts),
        run.Calls.BudgetUsd,
        run.Course.StopReason,
        counts is null ? null : Runs.StoppedEarly.Of(run, counts),
        run.Sampling.Allocation,
        run.Course.Retry,
        run.Tags ?? [],
        run.ReusedRun,
        run.Calls.BaseUrl,
        RescoreView.Of(run.Course.Rescore));
}

/// <summary>How far a run is with its new scorers, on the wire.</summary>
/// <param name="Judged">Pairs whose judges have been heard, then answers.</param>
/// <param name="Total">How many there are to judge; 0 until that is known, and without judges.</param>
/// <param name="EndedAt">Null while it goes on.</param>
/// <param name="Problem">Why the run has kept the scores that it had; null when it has the new ones.</param>
public sealed record RescoreView(IReadOnlyList<string> Scorers, long Judged, long Total, DateTimeOffset? EndedAt, string? Problem)
{
    internal static RescoreView? Of(RunRescore? rescore) => rescore is null ? null
        : new RescoreView([.. rescore.Scorers.Select(scorer => scorer.Name!)], rescore.Judged, rescore.Total, rescore.EndedAt, rescore.Problem);
}

public sealed record RunPage(IReadOnlyList<RunView> Runs, string? ContinuationToken);

/// <summary>A cell on the wire; the transcript only where it was asked for.</summary>
public sealed record CellView(
    int ItemIndex,
    string Variant,
    string Model,
    int SampleIndex,
    CellOutcome Outcome,
    double? Score,
    IReadOnlyList<NamedScore> Scores,
    CellError? Error,
    int Calls,
    int RepeatedCalls,
    long? InputTokens,
    long? OutputTokens,
    long? ReasoningTokens,
    string? ModelVersion,
    string? FinishReason,
    DateTimeOffset StartedAt,
    DateTimeOffset CompletedAt,
    long DurationMs,
    Transcript? Transcript,
    decimal? CostUsd,
    bool TokensAreEstimated,
    string? ReusedFrom,
    JudgeUsage? Judging = null)
{
    public static CellView Of(RunRecord run, CellRecord cell, Transcript? transcript = null) => new(
        cell.Address.Item,
        run.Variants[cell.Address.Variant].Name,
        run.Variants[cell.Address.Variant].Model,
        cell.Address.Sample,
        cell.Outcome,
        cell.Score,
        cell.Scores,
        cell.Error,
        cell.Calls + cell.LostCalls,
        cell.LostCalls,
        cell.InputTokens,
        cell.OutputTokens,
        cell.ReasoningTokens,
        cell.ModelVersion,
        cell.FinishReason,
        cell.StartedAt,
        cell.CompletedAt,
        (long)(cell.CompletedAt - cell.StartedAt).TotalMilliseconds,
        transcript,
        cell.CostUsd,
        cell.TokensAreEstimated,
        cell.ReusedFrom,
        cell.Judging);
}

public sealed record CellPage(IReadOnlyList<CellView> Cells, string? ContinuationToken);

/// <summary>One item of a run with its cells and their transcripts.</summary>
/// <param name="Pairs">Of the samples of its cells; null without a pairwise scorer.</param>
public sealed record ItemView(
    int ItemIndex, Scenario Scenario, IReadOnlyList<CellView> Cells, string? ContinuationToken,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PairView>? Pairs = null);

/// <summary>Starts a run of a stored definition, or of one that comes with the request.</summary>
/// <param name="Reuse">The id of an earlier run: its answers are taken over where a model would be sent the same.</param>
public sealed record StartRunRequest(
    string? DefinitionId = null,
    System.Text.Json.JsonElement? Definition = null,
    IReadOnlyList<string>? Models = null,
    int? SamplesPerScenario = null,
    int? SamplePercentage = null,
    long? SampleSeed = null,
    double? BudgetUsd = null,
    bool AllowUnknownPrice = false,
    IReadOnlyList<string>? Tags = null,
    string? Reuse = null)
{
    public RunOverrides Overrides => new(Models, SamplesPerScenario, SamplePercentage, SampleSeed, BudgetUsd, AllowUnknownPrice, Tags, Reuse);
}

/// <summary>What a run would do, before it does it. Token numbers are what earlier runs used, else estimates.</summary>
/// <param name="CostUsd">Null when the price or the output of a model is not known.</param>
/// <param name="Calls">At least one a cell, one more for each follow-up; retries come on top.</param>
/// <param name="Judges">Null without judges; their calls and cost are in the sums.</param>
/// <param name="MaxCalls">With an allocation, which may favour scenarios with many follow-ups; null without one.</param>
public sealed record RunEstimate(
    int Scenarios, int ScenariosInDefinition, int Variants, int SamplesPerScenario, long Cells, long Calls, IReadOnlyList<ModelEstimate> PerModel,
    decimal? CostUsd = null, long? MaxCalls = null, decimal? MaxCostUsd = null, IReadOnlyList<JudgeEstimate>? Judges = null);

/// <summary>What one judge would do, its second questions left out.</summary>
/// <param name="Scorer">Whose judge it is.</param>
/// <param name="OutputTokens">As judges of earlier runs used a call, else <see cref="AssumedOutput"/> a call.</param>
/// <param name="CostUsd">Null when its price is not known.</param>
public sealed record JudgeEstimate(string Scorer, string Model, long Calls, long InputTokens, long OutputTokens, decimal? CostUsd)
{
    /// <summary>A few sentences and a number.</summary>
    public const int AssumedOutput = 200;
}

/// <param name="OutputTokens">As earlier runs used, else the most that may be.</param>
/// <param name="BasedOnCells">Of earlier runs; 0 where nothing is known but the prompts.</param>
public sealed record ModelEstimate(
    string Variant,
    string Model,
    long Cells,
    long Calls,
    long InputTokens,
    long? MaxOutputTokens,
    long? OutputTokens = null,
    decimal? CostUsd = null,
    long BasedOnCells = 0,
    long? MaxCalls = null,
    decimal? MaxCostUsd = null);
