using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Providers.Prices;
using FunctionsEval.Runs.Budget;

namespace FunctionsEval.Runs.Judging;

/// <summary>The models that judge the answers of a run, by the names that its definition gives them.</summary>
public sealed class JudgeModels
{
    private readonly Dictionary<string, (ProviderResolution Model, CallPrices Prices)> _models;

    public JudgeModels(IReadOnlyList<ScorerSpec> scorers, ProviderCatalog catalog, PriceTable prices) => _models = NamesOf(scorers).ToDictionary(
        name => name,
        name => catalog.Resolve(name) is var model ? (model, CallPrices.Of(prices, model)) : default,
        StringComparer.Ordinal);

    public static IReadOnlyList<string> NamesOf(IReadOnlyList<ScorerSpec> scorers) =>
        [.. scorers.SelectMany(scorer => scorer.Judge?.Models ?? []).Distinct(StringComparer.Ordinal)];

    /// <summary>The variants whose answers their own model judges.</summary>
    public static IReadOnlyList<string> OwnJudgesOf(ScorerSpec scorer, IReadOnlyList<Variant> variants)
    {
        var judges = (scorer.Judge?.Models ?? []).Select(Identity).ToHashSet();
        return [.. variants.Where(variant => judges.Contains(Identity(variant.Model))).Select(variant => variant.Name)];

        static (string?, string) Identity(string name) => Vendor.Split(name.Trim()) is var (vendor, model) ? (vendor?.Name, model) : default;
    }

    public (ProviderResolution Model, CallPrices Prices) this[string name] => _models[name];
}
