namespace FunctionsEval.Storage;

/// <summary>A continuation token that no query of this store gave.</summary>
public sealed class ContinuationTokenException(string token) : ArgumentException($"continuationToken '{token}' did not come from this store.");
