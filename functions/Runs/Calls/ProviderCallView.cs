using System.Text.Json.Serialization;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Calls;

/// <summary>One attempt at a model as it really went, failed ones included.</summary>
/// <param name="Status">ok or error.</param>
/// <param name="CostEstimateCredits">0 for A/B tests, null for probes.</param>
/// <param name="CostUsd">Null when the model has no price, or when nobody knows whether a call without an answer was charged.</param>
public sealed record ProviderCallView(
    string Id,
    string Purpose,
    string Provider,
    string Model,
    string Variant,
    int ItemIndex,
    int SampleIndex,
    string Status,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    long? InputTokens,
    long? OutputTokens,
    long? ReasoningTokens,
    double? CostEstimateCredits,
    string? RequestId,
    CellError? Error,
    CallMeta? Meta,
    decimal? CostUsd = null)
{
    /// <summary>A call of a judge that compared two answers; it stands with the later of the two variants.</summary>
    /// <param name="judgements">The id of the run that its judgements are the cells of.</param>
    internal static ProviderCallView OfPair(RunRecord run, string judgements, CellAddress address, Entity row)
    {
        var cell = new CellAddress(address.Item, VariantPair.At(address.Variant).Later, PairWork.OrderOf(address).Sample);
        return Of(run, cell, row) with { Id = $"{judgements[(run.RunId.Length + 1)..]}/{row.RowKey[TableKeys.CallsOf("").Length..]}" };
    }

    public static ProviderCallView Of(RunRecord run, CellAddress address, Entity row) => new(
        row.RowKey[TableKeys.CallsOf("").Length..],
        row.GetString("purpose")!,
        row.GetString("provider")!,
        row.GetString("model")!,
        run.Variants[address.Variant].Name,
        address.Item,
        address.Sample,
        row.GetString("status")!,
        row.GetDateTimeOffset("startedAt")!.Value,
        row.GetDateTimeOffset("endedAt")!.Value,
        row.GetInt64("inputTokens"),
        row.GetInt64("outputTokens"),
        row.GetInt64("reasoningTokens"),
        row.GetDouble("costEstimateCredits"),
        row.GetString("requestId"),
        row.GetString("code") is { } code
            ? new CellError(code, row.GetString("message") ?? "", Retryable: false, (int?)row.GetInt64("statusCode"), row.GetString("vendorCode"))
            : null,
        run.Kind == RunRecord.AbTest
            ? new CallMeta(run.RunId, CallMeta.VariantIdOf(address.Variant), CallMeta.ItemIdOf(address.Item))
            : null,
        (decimal?)row.GetDouble("costUsd"));
}

/// <summary>Which part of an A/B test a call belongs to; it follows from the call's address.</summary>
public sealed record CallMeta(
    [property: JsonPropertyName("abtest_run_id")] string AbtestRunId,
    [property: JsonPropertyName("variant_id")] string VariantId,
    [property: JsonPropertyName("abtest_item_id")] string AbtestItemId)
{
    public static string VariantIdOf(int variant) => CellCounter.Name(variant);

    public static string ItemIdOf(int item) => TableKeys.Number(item);
}

public sealed record ProviderCallPage(IReadOnlyList<ProviderCallView> Calls, string? ContinuationToken);
