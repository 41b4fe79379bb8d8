namespace FunctionsEval.Providers;

/// <summary>A call was cancelled while it waited for its next attempt: nothing is under way whose answer would be lost.</summary>
public sealed class BetweenAttemptsException(IReadOnlyList<ProviderCall> attempts, CancellationToken cancellationToken)
    : OperationCanceledException("The call was cancelled while no attempt was under way.", cancellationToken)
{
    /// <summary>All have failed; none, when the call was never sent.</summary>
    public IReadOnlyList<ProviderCall> Attempts => attempts;
}
