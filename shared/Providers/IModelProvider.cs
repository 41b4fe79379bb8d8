namespace FunctionsEval.Providers;

/// <summary>One vendor's wire format. One call = one HTTP attempt; retries, limits and records are <c>ModelCaller</c>'s.</summary>
public interface IModelProvider
{
    /// <summary>
    /// Sends one request. Whatever the model or the vendor answers is a value; only cancellation by
    /// <paramref name="cancellationToken"/> throws.
    /// </summary>
    Task<ModelOutcome> CompleteAsync(ModelRequest request, CancellationToken cancellationToken);

    /// <summary>What this vendor has no field for, of such a request: the caller takes it out and records that, so nothing is lost silently.</summary>
    RequestAdaptations LeavesOut(ModelRequest request) => RequestAdaptations.None;
}
