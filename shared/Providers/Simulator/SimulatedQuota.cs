using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace FunctionsEval.Providers.Simulator;

/// <summary>The limits that all callers share: requests of the day, and a rate with bursts. Says on each response what is left.</summary>
internal sealed class SimulatedQuota(SimulatorOptions options, TimeProvider clock)
{
    private readonly TokenBucket? _bucket = options.RequestsPerSecond is { } perSecond
        ? new TokenBucket(perSecond, options.Burst ?? Math.Max(1, (int)Math.Ceiling(perSecond)), clock)
        : null;

    private int _today;

    /// <summary>Takes one request; null when there was one to take.</summary>
    public SimulatedError? Take(HttpResponse response)
    {
        if (options.RequestsPerDay is { } perDay && Interlocked.Increment(ref _today) > perDay)
        {
            var message = $"Rate limit reached on requests per day (RPD): Limit {perDay}, Used {perDay}, Requested 1.";
            return new SimulatedError(429, "requests", "rate_limit_exceeded", message, QuotaId: "GenerateRequestsPerDayPerProjectPerModel");
        }

        return _bucket is null || TakeToken(_bucket, response.Headers)
            ? null
            : new SimulatedError(429, "requests", "rate_limit_exceeded", "Rate limit reached for requests per second.");
    }

    public void Reset()
    {
        _bucket?.Refill();
        Interlocked.Exchange(ref _today, 0);
    }

    private bool TakeToken(TokenBucket bucket, IHeaderDictionary headers)
    {
        var taken = bucket.TryTake(out var remaining, out var wait);
        headers["x-ratelimit-limit-requests"] = bucket.Burst.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-remaining-requests"] = remaining.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-reset-requests"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(wait.TotalMilliseconds)}ms");
        if (!taken && options.RetryAfter != RetryAfterStyle.None)
        {
            headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            if (options.RetryAfter == RetryAfterStyle.SecondsAndMilliseconds)
            {
                headers["retry-after-ms"] = Math.Ceiling(wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            }
        }

        return taken;
    }
}
