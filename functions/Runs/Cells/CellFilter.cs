using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Http;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Cells;

/// <summary>Which cells are wanted; null means all.</summary>
public sealed record CellFilter(int? Variant = null, int? Sample = null, int? Item = null)
{
    public bool Takes(CellAddress address) =>
        (Variant is null || address.Variant == Variant) && (Sample is null || address.Sample == Sample) && (Item is null || address.Item == Item);

    /// <summary>The filter that a request asks for, or what is wrong with it.</summary>
    /// <param name="variant">A variant's name.</param>
    /// <param name="model">A model that only one variant of the run has.</param>
    public static (CellFilter Filter, FieldError? Error) Of(RunRecord run, string? variant, string? model, int? sampleIndex, int? itemIndex = null)
    {
        var wanted = run.Variants.Index()
            .Where(named => (variant is null || named.Item.Name == variant) && (model is null || named.Item.Model == model))
            .Select(named => named.Index)
            .ToList();
        var isFiltered = variant is not null || model is not null;
        var filter = new CellFilter(isFiltered && wanted.Count == 1 ? wanted[0] : null, sampleIndex, itemIndex);
        return (filter, VariantError(run, variant, model, wanted.Count)
            ?? RangeError("sampleIndex", sampleIndex, run.Sampling.SamplesPerScenario)
            ?? RangeError("itemIndex", itemIndex, run.Items));
    }

    private static FieldError? VariantError(RunRecord run, string? variant, string? model, int found)
    {
        if (found == 1 || (variant is null && model is null))
        {
            return null;
        }

        var field = variant is null ? "model" : "variant";
        var names = string.Join(", ", run.Variants.Select(named => variant is null ? named.Model : named.Name).Distinct(StringComparer.Ordinal));
        return found == 0
            ? new FieldError(field, $"{field} '{variant ?? model}' is not a {field} of this run, which has {names}.")
            : new FieldError(field, $"model '{model}' is the model of {found} variants of this run: filter by variant.");
    }

    private static FieldError? RangeError(string field, int? value, int count) =>
        value < 0 || value >= count ? new FieldError(field, $"{field} must be between 0 and {count - 1}, but is {value}.") : null;
}
