namespace FunctionsEval.Providers;

/// <summary>The last outcome, and every attempt made on the way to it, in order.</summary>
public sealed record ModelCallResult(ModelOutcome Outcome, IReadOnlyList<ProviderCall> Attempts);
