namespace FunctionsEval.Providers;

/// <summary>The quota as the vendor told it with an answer; null where it said nothing.</summary>
/// <param name="RequestsReset">From the answer on, until the requests are all there again.</param>
public sealed record VendorLimits(
    long? RequestsLimit, long? RequestsRemaining, TimeSpan? RequestsReset, long? TokensLimit, long? TokensRemaining, TimeSpan? TokensReset);
