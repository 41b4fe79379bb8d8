using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Sampling;
using FunctionsEval.Http;
using FunctionsEval.Models;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Prices;
using FunctionsEval.Runs.Budget;

namespace FunctionsEval.Runs;

/// <summary>What may be asked for beside the definition itself; null keeps the definition's own value.</summary>
/// <param name="Reuse">The id of an earlier run whose answers are taken over.</param>
public sealed record RunOverrides(
    IReadOnlyList<string>? Models = null, int? SamplesPerScenario = null, int? SamplePercentage = null, long? SampleSeed = null,
    double? BudgetUsd = null, bool AllowUnknownPrice = false, IReadOnlyList<string>? Tags = null, string? Reuse = null)
{
    /// <summary>The definition with the overrides in place.</summary>
    public Definition ApplyTo(Definition definition) => definition with
    {
        Models = Models ?? definition.Models,
        Variants = Models is null ? definition.Variants : [],
        SamplesPerScenario = SamplesPerScenario ?? definition.SamplesPerScenario,
        SamplePercentage = SamplePercentage ?? definition.SamplePercentage,
        SampleSeed = SampleSeed ?? definition.SampleSeed,
        Budget = (BudgetUsd, definition.Budget) switch
        {
            ({ } maxUsd, _) => new Evaluation.Definitions.Budget(maxUsd, AllowUnknownPrice || definition.Budget?.AllowUnknownPrice == true),
            (null, { } budget) => budget with { AllowUnknownPrice = AllowUnknownPrice || budget.AllowUnknownPrice },
            _ => null,
        },
    };
}

/// <summary>All that can be refused before a row is written or a call is paid for.</summary>
public sealed class RunRules(ProviderCatalogs catalogs, PriceTable prices)
{
    /// <param name="asked">With or without its scenarios.</param>
    /// <param name="scenarios">How many it has.</param>
    /// <param name="baseUrl">A right of the command line; requests pass null.</param>
    public IReadOnlyList<FieldError> Errors(Definition asked, int scenarios, string? baseUrl)
    {
        var errors = FieldErrors(
            ("samplesPerScenario", DefinitionRules.ValidateSamples(asked.SamplesPerScenario)),
            ("budget.maxUsd", asked.Budget is { } budget ? DefinitionRules.ValidateBudget(budget.MaxUsd) : null),
            ("samplePercentage", DefinitionRules.ValidatePercentage(asked.SamplePercentage)),
            ("models", asked.Variants.Count > 0 ? null : DefinitionRules.ValidateModels(asked.Models)));
        if (errors.Count > 0)
        {
            return errors;
        }

        var items = ScenarioSampling.CountOf(scenarios, asked.SamplePercentage);
        return
        [
            .. FieldErrors(("samplesPerScenario", DefinitionRules.ValidateCellCount(items, asked.AllVariants().Count, asked.SamplesPerScenario))),
            .. ModelErrors(asked.AllVariants(), baseUrl),
            .. FieldErrors(
                ("compare.control", ControlError(asked)),
                ("allocation.meanSamples", asked.Allocation is { } allocation ? DefinitionRules.ValidateAllocatedSamples(allocation, asked.SamplesPerScenario) : null),
                ("allocation", asked.Allocation is null ? null : DefinitionRules.ValidateAllocatedVariants(asked.AllVariants().Count))),
            .. PriceErrors(asked, baseUrl),
        ];
    }

    /// <summary>A budget cannot be kept where nobody knows what a call costs.</summary>
    private IEnumerable<FieldError> PriceErrors(Definition asked, string? baseUrl)
    {
        if (asked.Budget is null or { AllowUnknownPrice: true })
        {
            yield break;
        }

        var catalog = catalogs.For(baseUrl);
        foreach (var variant in asked.AllVariants().DistinctBy(variant => variant.Model))
        {
            if (catalog.Resolve(variant.Model) is ProviderResolution.Resolved resolved && CallPrices.PriceOf(prices, resolved) is null)
            {
                yield return new FieldError(
                    "budget",
                    $"budget needs the price of every model, but '{resolved.ProviderName}:{resolved.Model}' has none {(resolved.Route is { IsElsewhere: true } route ? $"at {route.Address.Host}" : $"in the price table of {prices.Version:yyyy-MM-dd}")}: "
                    + "add it to a file named by FUNCTIONSEVAL_PRICES, or let its calls go uncounted "
                    + "(allowUnknownPrice, --allow-unknown-price).");
            }
        }
    }

    // A definition is checked when it is read; here other models may have taken the place of its own.
    private static string? ControlError(Definition asked) =>
        asked.Compare?.Control is { } control && asked.AllVariants().All(variant => variant.Name != control)
            ? $"compare.control must be one of {string.Join(", ", asked.AllVariants().Select(variant => variant.Name))}, but is '{control}'."
            : null;

    /// <summary>The vendor of a model and its price, when it has one.</summary>
    public (string Vendor, Price? Price) PriceOf(string model) => catalogs.For(null).Resolve(model) is ProviderResolution.Resolved resolved
        ? (resolved.ProviderName, CallPrices.PriceOf(prices, resolved))
        : ("", null);

    /// <summary>Where the models are called, once for each of them, and which keys go to servers that are not of their vendor.</summary>
    public IEnumerable<string> RouteNotes(IReadOnlyList<Variant> variants, string? baseUrl)
    {
        var routes = variants.Select(variant => catalogs.For(baseUrl).Resolve(variant.Model)).OfType<ProviderResolution.Resolved>().Where(model => model.Route is not null)
            .DistinctBy(model => (model.ProviderName, model.Model)).ToList();
        foreach (var server in routes.GroupBy(model => model.Route!.Address))
        {
            yield return $"{string.Join(", ", server.Select(model => $"{model.ProviderName}:{model.Model}"))}: called at {server.Key}";
        }

        foreach (var stray in routes.Select(model => model.Route!).Where(route => route.StrayKey is not null).DistinctBy(route => (route.StrayKey, route.Address.Host)))
        {
            yield return $"warning: The key of {stray.StrayKey} is sent to {stray.Address.Host}, which is not its vendor's server.";
        }

        foreach (var model in routes.Where(model => model.Route!.IsElsewhere))
        {
            yield return $"{model.ProviderName}:{model.Model}: its vendor's price does not count at {model.Route!.Address.Host}; the cost is not known";
        }
    }

    /// <summary>True where every model is called on this machine: a simulator, or a model of one's own, whom nobody pays.</summary>
    public bool AreOnThisMachine(IReadOnlyList<Variant> variants, string? baseUrl) =>
        variants.All(variant => catalogs.For(baseUrl).Resolve(variant.Model) is ProviderResolution.Resolved { Route.Address.IsLoopback: true });

    /// <summary>Models that cannot be called: unknown provider, missing key.</summary>
    public IEnumerable<FieldError> ModelErrors(IReadOnlyList<Variant> variants, string? baseUrl)
    {
        var catalog = catalogs.For(baseUrl);
        foreach (var (index, variant) in variants.Index())
        {
            if (catalog.Resolve(variant.Model) is ProviderResolution.Unsupported(var failure))
            {
                var field = variant == Variant.Of(variant.Model) ? $"models[{index}]" : $"variants[{index}].model";
                yield return new FieldError(field, $"{field} '{variant.Model}' cannot be called: {failure.Code.ToWire()}: {failure.Message}");
            }
        }
    }

    private static List<FieldError> FieldErrors(params ReadOnlySpan<(string Field, string? Message)> checks)
    {
        var errors = new List<FieldError>();
        foreach (var (field, message) in checks)
        {
            if (message is not null)
            {
                errors.Add(new FieldError(field, message));
            }
        }

        return errors;
    }
}
