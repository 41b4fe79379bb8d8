namespace FunctionsEval.Providers.Simulator;

/// <summary>What a rate-limited simulator tells a caller that it refuses.</summary>
public enum RetryAfterStyle
{
    /// <summary>Nothing: the caller has to find the rate by itself.</summary>
    None,

    /// <summary><c>Retry-After</c> in whole seconds, rounded up.</summary>
    Seconds,

    /// <summary>As the OpenAI service does: <c>Retry-After</c> in whole seconds and the exact wait in <c>retry-after-ms</c>.</summary>
    SecondsAndMilliseconds,
}

/// <summary>How the simulated model server behaves; docs/simulator.md has the whole story. Fractions are of all calls, 0..1.</summary>
/// <param name="Port">0 takes a free port.</param>
/// <param name="Seed">Answers, faults and latencies are functions of it.</param>
/// <param name="Latency">Fixed, or the median when <paramref name="LatencySpread"/> is above 0.</param>
/// <param name="LatencySpread">Sigma of the log-normal latency: 0.5 gives a 95th percentile of 2.3 medians.</param>
/// <param name="Fail">Fraction of calls that fail, split evenly over the five kinds below and added to them.</param>
/// <param name="RateLimitFaults">Answered with 429 at random, without Retry-After; the token bucket is <paramref name="RequestsPerSecond"/>.</param>
/// <param name="ServerErrorFaults">Answered with 500.</param>
/// <param name="HangFaults">Not answered for <paramref name="HangFor"/>, then with 504.</param>
/// <param name="ResetFaults">Connection cut without an answer.</param>
/// <param name="MalformedFaults">Answered with 200 and a JSON body that breaks off.</param>
/// <param name="FailureFaults">Answered with 200 and the vendor's own failure in an answer's place.</param>
/// <param name="FailAfter">So many calls are answered until a reset, all later ones with <paramref name="FailAfterStatus"/>.</param>
/// <param name="FailAfterStatus">401, 403, 404, 407, ...; 200 is a page for browsers.</param>
/// <param name="RequestsPerSecond">Refill of the token bucket; null is no limit.</param>
/// <param name="Burst">Size of the token bucket; null is one second's worth.</param>
/// <param name="HangFor">Null is ten minutes.</param>
/// <param name="ApiKey">The key to insist on, in the header of the format; null takes any or none.</param>
/// <param name="RefusedParameters">Answered with 400 when a request has one: <c>temperature</c>, <c>max_tokens</c>, <c>max_completion_tokens</c>.</param>
/// <param name="RequestsPerDay">So many are answered until a reset, then refused with a daily quota's 429; null is no limit.</param>
public sealed record SimulatorOptions(
    int Port = 0,
    long Seed = 1,
    TimeSpan Latency = default,
    double LatencySpread = 0,
    double Fail = 0,
    double RateLimitFaults = 0,
    double ServerErrorFaults = 0,
    double HangFaults = 0,
    double ResetFaults = 0,
    double MalformedFaults = 0,
    double? RequestsPerSecond = null,
    int? Burst = null,
    RetryAfterStyle RetryAfter = RetryAfterStyle.SecondsAndMilliseconds,
    TimeSpan? HangFor = null,
    string? ApiKey = null,
    IReadOnlyList<string>? RefusedParameters = null,
    int? RequestsPerDay = null,
    double FailureFaults = 0,
    int? FailAfter = null,
    int FailAfterStatus = 401)
{
    /// <summary>What is wrong with the options, naming option, value and rule; null when nothing is.</summary>
    public string? Validate()
    {
        ReadOnlySpan<(string Name, double Value)> fractions =
        [
            (nameof(Fail), Fail),
            (nameof(RateLimitFaults), RateLimitFaults),
            (nameof(ServerErrorFaults), ServerErrorFaults),
            (nameof(HangFaults), HangFaults),
            (nameof(ResetFaults), ResetFaults),
            (nameof(MalformedFaults), MalformedFaults),
            (nameof(FailureFaults), FailureFaults),
        ];
        var sum = 0.0;
        foreach (var (name, value) in fractions)
        {
            if (value is not (>= 0 and <= 1))
            {
                return $"{name} is {value}, but must be between 0 and 1.";
            }

            sum += value;
        }

        return this switch
        {
            _ when sum > 1 => $"The fault fractions add up to {sum}, but may not exceed 1.",
            { Port: < 0 or > 65535 } => $"{nameof(Port)} is {Port}, but must be between 0 and 65535.",
            { Latency.Ticks: < 0 } => $"{nameof(Latency)} is {Latency}, but must not be negative.",
            { LatencySpread: not (>= 0 and <= 3) } => $"{nameof(LatencySpread)} is {LatencySpread}, but must be between 0 and 3.",
            { RequestsPerSecond: not (null or > 0 and <= 1e6) } =>
                $"{nameof(RequestsPerSecond)} is {RequestsPerSecond}, but must be above 0 and at most 1000000.",
            { FailAfter: < 0 } => $"{nameof(FailAfter)} is {FailAfter}, but must not be negative.",
            { FailAfterStatus: not (200 or >= 400 and <= 599) } => $"{nameof(FailAfterStatus)} is {FailAfterStatus}, but must be 200 or an error's.",
            { Burst: < 1 } => $"{nameof(Burst)} is {Burst}, but must be at least 1.",
            _ => null,
        };
    }
}
