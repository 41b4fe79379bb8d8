namespace FunctionsEval.Providers;

/// <summary>One vendor's wire format. One call = one HTTP attempt; retries, limits and records are <c>ModelCaller</c>'s.</summary>
public interface IModelProvider
{
    /// <summary>
    /// Sends one request. Whatever the model or the vendor answers is a value; only cancellation by
    /// <paramref name="cancellationToken"/> throws.
    /// </summary>
    Task<ModelOutcome> CompleteAsync(ModelRequest request, CancellationToken cancellationToken);
}
