using FunctionsEval.Evaluation.Analysis;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Providers;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Analysis;

/// <summary>
/// What was sent in another way than the definition asks, because a model refuses a setting or its vendor has none such; and variants that came to the
/// same by it. The cells of a run tell, as they pass by.
/// </summary>
internal sealed class AdaptedRequests(RunRecord run)
{
    private readonly RequestAdaptations[] _adapted = new RequestAdaptations[run.Variants.Count];

    public void See(CellRecord cell) => _adapted[cell.Address.Variant] |= cell.Adaptations;

    public IReadOnlyList<AnalysisWarning> Warnings()
    {
        var said = from variant in Enumerable.Range(0, run.Variants.Count)
                   from warning in _adapted[variant].Warnings()
                   group run.Variants[variant].Name by warning;
        var same = run.Variants.Index().GroupBy(variant => Sent(variant.Item, _adapted[variant.Index]))
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

    /// <summary>A variant as its model was asked, with the definition's settings where it has none of its own.</summary>
    private Variant Sent(Variant variant, RequestAdaptations adapted) => variant with
    {
        Name = "",
        Prompt = null,
        Preamble = variant.Preamble ?? run.Calls.Preamble,
        Temperature = adapted.HasFlag(RequestAdaptations.WithoutTemperature) ? null : variant.Temperature ?? run.Calls.Config.Temperature,
        MaxTokens = variant.MaxTokens ?? run.Calls.Config.MaxTokens,
        ReasoningEffort = adapted.HasFlag(RequestAdaptations.MinimalReasoning) && variant.ReasoningEffort == "none" ? "minimal" : variant.ReasoningEffort,
    };
}
