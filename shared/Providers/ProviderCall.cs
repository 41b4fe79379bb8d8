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

/// <summary>The last outcome, and every attempt made on the way to it, in order.</summary>
public sealed record ModelCallResult(ModelOutcome Outcome, IReadOnlyList<ProviderCall> Attempts);

/// <summary>A call was cancelled while it waited for its next attempt: nothing is under way whose answer would be lost.</summary>
public sealed class BetweenAttemptsException(IReadOnlyList<ProviderCall> attempts, CancellationToken cancellationToken)
    : OperationCanceledException("The call was cancelled while no attempt was under way.", cancellationToken)
{
    /// <summary>All have failed; none, when the call was never sent.</summary>
    public IReadOnlyList<ProviderCall> Attempts => attempts;
}
