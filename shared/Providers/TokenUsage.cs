namespace FunctionsEval.Providers;

/// <summary>Tokens as the vendor counted them, brought to one meaning; null where it gave none.</summary>
/// <param name="InputTokens">All that was sent, what came from a cache included.</param>
/// <param name="OutputTokens">All that was made, thoughts included.</param>
/// <param name="ReasoningTokens">The thoughts among the output.</param>
/// <param name="CachedTokens">The part of the input that came from the vendor's cache.</param>
/// <param name="IsEstimated">The vendor counted nothing: these are ours (<see cref="TokenEstimate"/>).</param>
public sealed record TokenUsage(
    int? InputTokens, int? OutputTokens, int? ReasoningTokens = null, int? CachedTokens = null, bool IsEstimated = false);
