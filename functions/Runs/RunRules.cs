using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Evaluation.Sampling;
using FunctionsEval.Http;
using FunctionsEval.Models;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Providers.Prices;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.ExternalScoring;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Plans;

namespace FunctionsEval.Runs;

/// <summary>What may be asked for beside the definition itself; null keeps the definition's own value.</summary>
/// <param name="Reuse">The id of an earlier run whose answers are taken over.</param>
/// <param name="CommandFolder">Where programs of command scorers are started; a right of the command line.</param>
public sealed record RunOverrides(
    IReadOnlyList<string>? Models = null, int? SamplesPerScenario = null, int? SamplePercentage = null, long? SampleSeed = null,
    double? BudgetUsd = null, bool AllowUnknownPrice = false, IReadOnlyList<string>? Tags = null, string? Reuse = null,
    string? CommandFolder = null)
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
public sealed class RunRules(ProviderCatalogs catalogs, PriceTable prices, ScorerHosts hosts)
{
    /// <param name="asked">With or without its scenarios.</param>
    /// <param name="scenarios">How many it has.</param>
    /// <param name="baseUrl">A right of the command line; requests pass null.</param>
    /// <param name="commandFolder">Where programs of command scorers are started; requests pass null, and then none may be.</param>
    /// <param name="images">Of its scenarios.</param>
    public IReadOnlyList<FieldError> Errors(Definition asked, int scenarios, string? baseUrl, string? commandFolder = null, ImageUse images = default)
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
            .. ModelErrors(asked.AllVariants(), baseUrl, images),
            .. JudgeErrors(asked.Scorers, baseUrl),
            .. PairErrors(asked.PairScorers(), asked.AllVariants(), asked.Compare, items, asked.SamplesPerScenario),
            .. ExternalErrors(asked.Scorers, commandFolder),
            .. FieldErrors(
                ("compare.control", ControlError(asked)),
                ("allocation.meanSamples", asked.Allocation is { } allocation ? DefinitionRules.ValidateAllocatedSamples(allocation, asked.SamplesPerScenario) : null),
                ("allocation", asked.Allocation is null ? null : DefinitionRules.ValidateAllocatedVariants(asked.AllVariants().Count))),
            .. asked.Budget is null or { AllowUnknownPrice: true }
                ? []
                : PriceErrors([.. asked.AllVariants().Select(variant => variant.Model), .. JudgeModels.NamesOf(asked.Scorers)], baseUrl),
        ];
    }

    /// <summary>A budget cannot be kept where nobody knows what a call costs.</summary>
    public IEnumerable<FieldError> PriceErrors(IEnumerable<string> models, string? baseUrl)
    {
        var catalog = catalogs.For(baseUrl);
        foreach (var name in models.Distinct(StringComparer.Ordinal))
        {
            if (catalog.Resolve(name) is ProviderResolution.Resolved resolved && CallPrices.PriceOf(prices, resolved) is null)
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
    public IEnumerable<string> RouteNotes(IEnumerable<string> models, string? baseUrl)
    {
        var routes = models.Select(name => catalogs.For(baseUrl).Resolve(name)).OfType<ProviderResolution.Resolved>().Where(model => model.Route is not null)
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
    public bool AreOnThisMachine(IEnumerable<string> models, string? baseUrl) =>
        models.All(name => catalogs.For(baseUrl).Resolve(name) is ProviderResolution.Resolved { Route.Address.IsLoopback: true });

    /// <summary>Models that cannot be called: unknown provider, missing key, images that it does not take.</summary>
    public IEnumerable<FieldError> ModelErrors(IReadOnlyList<Variant> variants, string? baseUrl, ImageUse images = default)
    {
        var catalog = catalogs.For(baseUrl);
        // What is wrong with a model is said once.
        foreach (var (index, variant) in variants.Index().DistinctBy(entry => entry.Item.Model))
        {
            var field = variant == Variant.Of(variant.Model) ? $"models[{index}]" : $"variants[{index}].model";
            var resolution = catalog.Resolve(variant.Model);
            if (resolution is ProviderResolution.Unsupported(var failure))
            {
                yield return new FieldError(field, $"{field} '{variant.Model}' cannot be called: {failure.Code.ToWire()}: {failure.Message}");
            }
            else if (resolution is ProviderResolution.Resolved model
                && Vendor.All.First(vendor => vendor.Name == model.ProviderName).ImageProblem(model.Model, images.Files, images.Urls) is { } problem)
            {
                yield return new FieldError(field, $"{field} {problem}.");
            }
        }
    }

    /// <summary>Judges that cannot be called, or that sit on one panel twice.</summary>
    public IEnumerable<FieldError> JudgeErrors(IReadOnlyList<ScorerSpec> scorers, string? baseUrl)
    {
        var catalog = catalogs.For(baseUrl);
        foreach (var (index, scorer) in scorers.Index())
        {
            var field = $"scorers[{index}].models";
            var models = (scorer.Judge?.Models ?? []).Select(name => (Name: name, Model: catalog.Resolve(name))).ToList();
            foreach (var (name, model) in models)
            {
                if (model is ProviderResolution.Unsupported(var failure))
                {
                    yield return new FieldError(field, $"{field} '{name}' cannot be called: {failure.Code.ToWire()}: {failure.Message}");
                }
            }

            var twice = models.Where(judge => judge.Model is ProviderResolution.Resolved).GroupBy(judge => (((ProviderResolution.Resolved)judge.Model).ProviderName, ((ProviderResolution.Resolved)judge.Model).Model))
                .FirstOrDefault(group => group.Count() > 1);
            if (twice is not null)
            {
                yield return new FieldError(field, $"{field} must be different judges, but {string.Join(" and ", twice.Select(judge => $"'{judge.Name}'"))} are one.");
            }
        }
    }

    /// <summary>Scorers outside that may not be asked, or are not there.</summary>
    public IEnumerable<FieldError> ExternalErrors(IReadOnlyList<ScorerSpec> scorers, string? commandFolder)
    {
        foreach (var (index, scorer) in scorers.Index())
        {
            if (scorer.External?.Command is [var program, ..])
            {
                if (commandFolder is null)
                {
                    yield return new FieldError($"scorers[{index}].type", ExternalSpec.CommandLineOnly(index));
                }
                else if (CommandProgram.Find(program, commandFolder) is null)
                {
                    yield return new FieldError(
                        $"scorers[{index}].command", $"scorers[{index}].command must begin with a program, but '{Excerpt.Of(program)}' is neither in PATH nor a file beside the definition ({commandFolder}).");
                }
            }

            if (scorer.External?.Url is { } url && !hosts.Allows(new Uri(url)))
            {
                yield return new FieldError(
                    $"scorers[{index}].url", $"scorers[{index}].url must name a host that {ScorerHosts.Variable} lists ({(hosts.Names.Count == 0 ? "it lists none" : string.Join(", ", hosts.Names))}), but names '{new Uri(url).Authority}'.");
            }
        }
    }

    /// <summary>Pairwise scorers that have nothing to compare, or too much.</summary>
    public static IEnumerable<FieldError> PairErrors(IReadOnlyList<ScorerSpec> scorers, IReadOnlyList<Variant> variants, CompareSpec? compare, long items, int samples)
    {
        foreach (var scorer in scorers)
        {
            if (variants.Count < 2)
            {
                yield return new FieldError("scorers", $"scorers: '{scorer.Name}' is pairwise and needs at least 2 models or variants to compare, but there is {variants.Count}.");
                continue;
            }

            var pairs = PairPlan.ComparedOf(variants, compare, scorer).Count;
            if (pairs > PairPlan.MaxPairs)
            {
                yield return new FieldError("scorers", FormattableString.Invariant(
                    $"scorers: '{scorer.Name}' compares {pairs:N0} pairs of variants, but at most {PairPlan.MaxPairs} can be compared: pairs: control compares each with the control only."));
            }
            else if (2 * pairs * items * samples * scorer.Judge!.Models.Count * scorer.Judge.Repeats is var judgements and > DefinitionRules.MaxCells)
            {
                yield return new FieldError("scorers", FormattableString.Invariant(
                    $"scorers: '{scorer.Name}' asks for {judgements:N0} judgements (pairs x scenarios x samples x judges x repeats x 2 orders), but there must be at most {DefinitionRules.MaxCells:N0}."));
            }
        }
    }

    /// <summary>Judges that also give the answers that they judge.</summary>
    public static IEnumerable<string> JudgeNotes(IReadOnlyList<ScorerSpec> scorers, IReadOnlyList<Variant> variants)
    {
        foreach (var scorer in scorers)
        {
            if (JudgeModels.OwnJudgesOf(scorer, variants) is { Count: > 0 } own)
            {
                yield return $"warning: Scorer '{scorer.Name}' lets a model judge its own answers ({string.Join(", ", own)}): models tend to prefer what they wrote.";
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
