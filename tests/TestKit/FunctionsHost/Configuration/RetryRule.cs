using System.Globalization;
using Newtonsoft.Json.Linq;

namespace FunctionsEval.TestKit.FunctionsHost.Configuration;

/// <summary>The <c>retry</c> of a function.json (or of the whole host.json): the host itself calls again.</summary>
internal sealed record RetryRule(int MaxRetries, TimeSpan Shortest, TimeSpan Longest, bool IsExponential)
{
    public static RetryRule? Read(JToken? json)
    {
        if (json is not JObject rule)
        {
            return null;
        }

        var max = (int?)rule["maxRetryCount"] ?? throw new HostConfigurationException("retry: maxRetryCount is missing.");
        return (string?)rule["strategy"] switch
        {
            "fixedDelay" => new RetryRule(max, Span(rule, "delayInterval"), Span(rule, "delayInterval"), IsExponential: false),
            "exponentialBackoff" => new RetryRule(max, Span(rule, "minimumInterval"), Span(rule, "maximumInterval"), IsExponential: true),
            var other => throw new HostConfigurationException($"retry: strategy '{other}' is unknown."),
        };
    }

    /// <param name="failures">How often the call has failed so far, from 1.</param>
    public bool Allows(int failures) => MaxRetries == -1 || failures <= MaxRetries;

    public TimeSpan DelayAfter(int failures)
    {
        var delay = IsExponential ? Shortest * Math.Pow(2, failures - 1) : Shortest;
        return delay < Longest ? delay : Longest;
    }

    private static TimeSpan Span(JObject rule, string name) =>
        TimeSpan.TryParse((string?)rule[name], CultureInfo.InvariantCulture, out var span)
            ? span
            : throw new HostConfigurationException($"retry: {name} '{rule[name]}' is not a time span.");
}
