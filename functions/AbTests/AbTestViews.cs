using System.Text.Json;
using FunctionsEval.Content;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Calls;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.AbTests;

public sealed record AbTestStarted(bool Ok, string RunId, string JobId, int Items, int MaxItems);

/// <summary>An A/B test on the wire; a run that was not begun yet is called queued.</summary>
public sealed record AbTestView(
    string Id,
    string TopicId,
    DateTimeOffset WindowStart,
    DateTimeOffset WindowEnd,
    string Status,
    AbTestConfig Config,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? CompletedAt,
    string? Reason)
{
    public static AbTestView Of(RunRecord run) => new(
        run.RunId,
        run.WindowOfContent.TopicId,
        run.WindowOfContent.Start,
        run.WindowOfContent.End,
        run.Status == RunStatus.Pending ? "queued" : JsonRules.Name(run.Status),
        new AbTestConfig(run.WindowOfContent.MaxItems, run.Variants.Count, run.Sampling.SamplesPerScenario, run.Items, run.WindowOfContent.Stats?.InputCount ?? 0, run.Compare?.MarginOf(TriageScorers.AiScore)),
        run.CreatedAt,
        run.Course.StartedAt,
        run.Course.CompletedAt,
        run.Course.Reason);
}

/// <param name="Items">How many were sampled.</param>
/// <param name="Candidates">How many there were to sample from.</param>
public sealed record AbTestConfig(int MaxItems, int VariantCount, int Samples, int Items, int Candidates, double? Margin);

public sealed record AbTestPage(bool Ok, IReadOnlyList<AbTestView> Runs, string? ContinuationToken);

/// <param name="ContinuationToken">Results come in pages.</param>
public sealed record AbTestDetail(
    bool Ok,
    AbTestView Run,
    RunProgress Progress,
    CallCounts Calls,
    IReadOnlyList<AbTestVariantView> Variants,
    IReadOnlyList<AbTestItemView> Items,
    IReadOnlyList<AbTestResultView> Results,
    string? ContinuationToken);

/// <param name="Order">From 1.</param>
public sealed record AbTestVariantView(
    string Id, string Name, string? Provider, string Model, string? ReasoningEffort, int? MaxOutputTokens, string? Preamble, int Order)
{
    public static AbTestVariantView Of(Variant variant, int index)
    {
        var parts = variant.Model.Split(':', 2);
        return new AbTestVariantView(
            CallMeta.VariantIdOf(index),
            variant.Name,
            parts.Length == 2 ? parts[0] : null,
            parts[^1],
            variant.ReasoningEffort,
            variant.MaxTokens,
            variant.Preamble,
            index + 1);
    }
}

/// <summary>A candidate without its text, which is long.</summary>
public sealed record AbTestItemView(
    string Id,
    string CandidateId,
    string Kind,
    string? ClusterId,
    string? ContentItemId,
    string RepresentativeContentItemId,
    string SourceId,
    string SourceType,
    string? Title,
    string? Url,
    string? Author,
    DateTimeOffset? PublishedAt)
{
    public static AbTestItemView Of(CandidateSnapshot candidate, int index) => new(
        CallMeta.ItemIdOf(index),
        candidate.CandidateId,
        candidate.Kind,
        candidate.ClusterId,
        candidate.ContentItemId,
        candidate.RepresentativeContentItemId,
        candidate.SourceId,
        candidate.SourceType,
        candidate.Title,
        candidate.Url,
        candidate.Author,
        candidate.PublishedAt);
}

/// <param name="Status">ok, invalid (the answer could not be read, twice) or error (there was none).</param>
/// <param name="Triage">The answer as triage_v1.</param>
/// <param name="CostUsd">Null when the model has no price.</param>
public sealed record AbTestResultView(
    string Id,
    string AbtestItemId,
    string VariantId,
    int SampleIndex,
    JsonElement? Triage,
    long InputTokens,
    long OutputTokens,
    long LatencyMs,
    string Status,
    CellError? Error,
    DateTimeOffset CreatedAt,
    decimal? CostUsd = null)
{
    public static AbTestResultView Of(CellRecord cell) => new(
        cell.Address.RowKey,
        CallMeta.ItemIdOf(cell.Address.Item),
        CallMeta.VariantIdOf(cell.Address.Variant),
        cell.Address.Sample,
        cell.Output is null ? null : JsonSerializer.Deserialize(cell.Output, AbTestsJson.Context.JsonElement),
        cell.InputTokens ?? 0,
        cell.OutputTokens ?? 0,
        (long)(cell.CompletedAt - cell.StartedAt).TotalMilliseconds,
        cell.Outcome switch { CellOutcome.Scored => "ok", CellOutcome.Failed => "error", _ => "invalid" },
        cell.Error ?? (cell.Outcome is not (CellOutcome.Scored or CellOutcome.Failed) ? new CellError("INVALID_RESPONSE", cell.Scores[0].Invalid!, Retryable: false) : null),
        cell.CompletedAt,
        cell.CostUsd);
}
