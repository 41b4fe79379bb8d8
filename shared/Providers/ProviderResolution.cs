namespace FunctionsEval.Providers;

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
    public sealed record Resolved(string ProviderName, string Model, IModelProvider Provider, ModelCaller Caller) : ProviderResolution;

    public sealed record Unsupported(ModelFailure Failure) : ProviderResolution;
}
