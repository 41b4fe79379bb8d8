namespace FunctionsEval.Providers;

/// <summary>One HTTP attempt as it really went; becomes one provider_calls record.</summary>
/// <param name="CostUsd">Null when it has no price, or when nobody knows whether it was charged.</param>
/// <param name="Adaptations">How the request differed from what was asked for.</param>
public sealed record ProviderCall(
    string Provider,
    string Model,
    int Attempt,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    ModelOutcome Outcome,
    RequestAdaptations Adaptations = RequestAdaptations.None,
    decimal? CostUsd = null);
