using FunctionsEval.Evaluation.Analysis;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Providers;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Analysis;

/// <summary>
/// What was sent in another way than the definition asks, because a model refuses a setting or its vendor has none such; and variants that came to the
/// same by it. A model is adapted to at its first calls, so the first calls of a run tell.
/// </summary>
public sealed class AdaptedRequests(IEntityStore entities)
{
    private const int MostRead = 1_000;

    public async Task<IReadOnlyList<AnalysisWarning>> WarningsAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var adapted = await ReadAsync(run, cancellationToken);
        var said = from variant in Enumerable.Range(0, run.Variants.Count)
                   from warning in adapted[variant].Warnings()
                   group run.Variants[variant].Name by warning;
        var same = run.Variants.Index().GroupBy(variant => Sent(run, variant.Item, adapted[variant.Index]))
            .Where(group => group.Select(variant => variant.Item with { Name = "" }).Distinct().Count() > 1);
        return
        [
            .. said.Select(group => new AnalysisWarning(
                "ADAPTED_REQUESTS", $"{string.Join(", ", group)}: {group.Key}.", "Leave the setting out, or compare models that take it.")),
            .. same.Select(group => new AnalysisWarning(
                "SAME_REQUESTS",
                $"These variants did not differ in what was sent: {string.Join(", ", group.Select(variant => variant.Item.Name))}.",
                "A difference between them is chance: drop all but one, or set something that the model takes.")),
        ];
    }

    private async Task<RequestAdaptations[]> ReadAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var adapted = new RequestAdaptations[run.Variants.Count];
        var start = TableKeys.CallsOf("");
        var query = new EntityQuery(TableKeys.Cells, CellAddress.PartitionKey(run.RunId, 0), RowFrom: start, RowTo: TableKeys.AfterCalls, PageSize: MostRead);
        foreach (var row in (await entities.QueryPageAsync(query, null, cancellationToken)).Entities)
        {
            if (row.GetString("adaptations") is { } text && Enum.TryParse<RequestAdaptations>(text, out var flags)
                && CellAddress.ParseRowKey(row.RowKey.AsSpan(start.Length, CellRows.KeyLength)) is { } address && address.Variant < adapted.Length)
            {
                adapted[address.Variant] |= flags;
            }
        }

        return adapted;
    }

    /// <summary>A variant as its model was asked, with the definition's settings where it has none of its own.</summary>
    private static Variant Sent(RunRecord run, Variant variant, RequestAdaptations adapted) => variant with
    {
        Name = "",
        Prompt = null,
        Preamble = variant.Preamble ?? run.Calls.Preamble,
        Temperature = adapted.HasFlag(RequestAdaptations.WithoutTemperature) ? null : variant.Temperature ?? run.Calls.Config.Temperature,
        MaxTokens = variant.MaxTokens ?? run.Calls.Config.MaxTokens,
        ReasoningEffort = adapted.HasFlag(RequestAdaptations.MinimalReasoning) && variant.ReasoningEffort == "none" ? "minimal" : variant.ReasoningEffort,
    };
}
