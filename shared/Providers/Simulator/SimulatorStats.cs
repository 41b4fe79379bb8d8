namespace FunctionsEval.Providers.Simulator;

/// <summary>What <c>GET /stats</c> answers, in camel case.</summary>
/// <param name="Calls">Chat completions received, whatever became of them.</param>
/// <param name="ByOutcome">By HTTP status; <c>reset</c>, <c>malformed</c> and <c>aborted</c> (the caller went away) stand for themselves.</param>
/// <param name="DistinctKeys">Different (model, prompt, sample) seen.</param>
/// <param name="CallsPerKey">How many keys were called once, twice, ...</param>
/// <param name="AnswersPerKey">How many keys were answered never, once, twice, ...: above 1 is a call that was paid twice.</param>
/// <param name="Keys">Only with <c>?keys=true</c>.</param>
public sealed record SimulatorStats(
    long Calls,
    IReadOnlyDictionary<string, long> ByOutcome,
    IReadOnlyDictionary<string, long> ByModel,
    int DistinctKeys,
    IReadOnlyDictionary<int, int> CallsPerKey,
    IReadOnlyDictionary<int, int> AnswersPerKey,
    IReadOnlyList<SimulatorKeyCount>? Keys = null);

/// <param name="Key">64-bit hash of model, prompt and sample, in hex.</param>
public sealed record SimulatorKeyCount(string Key, int Calls, int Answers);
