namespace FunctionsEval.Providers.Limits;

/// <summary>What a model may be asked at most; null is no limit of ours.</summary>
/// <param name="Rpm">Requests a minute, of all processes together.</param>
/// <param name="Tpm">Tokens a minute, of all processes together.</param>
/// <param name="Concurrency">Calls under way, in this process.</param>
public sealed record ModelLimits(int? Rpm = null, int? Tpm = null, int? Concurrency = null);
