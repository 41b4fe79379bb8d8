using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Http;

namespace FunctionsEval.Runs.Cells;

/// <summary>Which cells are wanted; null means all.</summary>
public sealed record CellFilter(int? Variant = null, int? Sample = null, int? Item = null)
{
    public bool Takes(CellAddress address) =>
        (Variant is null || address.Variant == Variant) && (Sample is null || address.Sample == Sample) && (Item is null || address.Item == Item);

    public static int? VariantOf(RunRecord run, string? model) => model is null ? null : run.Models.ToList().IndexOf(model);

    /// <summary>What is wrong with a filter, or null.</summary>
    public static FieldError? Error(RunRecord run, string? model, int? sampleIndex, int? itemIndex)
    {
        if (model is not null && !run.Models.Contains(model, StringComparer.Ordinal))
        {
            return new FieldError("model", $"model '{model}' is not a model of this run, which has {string.Join(", ", run.Models)}.");
        }

        if (sampleIndex < 0 || sampleIndex >= run.SamplesPerScenario)
        {
            return new FieldError("sampleIndex", $"sampleIndex must be between 0 and {run.SamplesPerScenario - 1}, but is {sampleIndex}.");
        }

        return itemIndex < 0 || itemIndex >= run.Items
            ? new FieldError("itemIndex", $"itemIndex must be between 0 and {run.Items - 1}, but is {itemIndex}.")
            : null;
    }
}
