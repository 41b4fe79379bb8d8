using FunctionsEval.Providers.Calls;

namespace FunctionsEval.Providers.Catalog;

/// <summary>Which provider stands behind a model, or why none does.</summary>
public abstract record ProviderResolution
{
    private ProviderResolution()
    {
    }

    /// <param name="ProviderName">The vendor's name: openai, anthropic, ...</param>
    /// <param name="Model">The vendor's model id: what goes into <see cref="ModelRequest.Model"/>.</param>
    /// <param name="Provider">Single attempts, without limits; for probing a key, not for runs.</param>
    /// <param name="Caller">Shared by all calls of this model in the process, with its gate.</param>
    /// <param name="Route">Where it is called; null is unknown.</param>
    public sealed record Resolved(string ProviderName, string Model, IModelProvider Provider, ModelCaller Caller, ProviderRoute? Route = null) : ProviderResolution;

    public sealed record Unsupported(ModelFailure Failure) : ProviderResolution;
}

/// <summary>Where a model is called.</summary>
/// <param name="IsElsewhere">At another host than its vendor's: the vendor's prices say nothing about such calls.</param>
/// <param name="StrayKey">The variable of a key that is sent to a host that is not of the key's vendor; null where none is.</param>
public sealed record ProviderRoute(Uri Address, bool IsElsewhere, string? StrayKey);
