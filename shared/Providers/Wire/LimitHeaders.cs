using System.Globalization;
using System.Text.RegularExpressions;

namespace FunctionsEval.Providers.Wire;

/// <summary>
/// Reads the quota that vendors tell in headers: <c>x-ratelimit-*</c> (OpenAI and those that follow it), the same with a window at the end
/// or <c>x-ratelimitbysize-*</c> (Mistral), or <c>anthropic-ratelimit-*</c>.
/// </summary>
internal static partial class LimitHeaders
{
    public static VendorLimits? Read(Func<string, string?> header, TimeProvider clock)
    {
        if (header("x-ratelimit-limit-requests") is not null || header("x-ratelimit-limit-tokens") is not null)
        {
            return new VendorLimits(
                Number(header("x-ratelimit-limit-requests")),
                Number(header("x-ratelimit-remaining-requests")),
                Duration(header("x-ratelimit-reset-requests")),
                Number(header("x-ratelimit-limit-tokens")),
                Number(header("x-ratelimit-remaining-tokens")),
                Duration(header("x-ratelimit-reset-tokens")));
        }

        if (header("x-ratelimit-limit-req-minute") is not null || header("x-ratelimit-limit-tokens-minute") is not null)
        {
            return new VendorLimits(
                Number(header("x-ratelimit-limit-req-minute")),
                Number(header("x-ratelimit-remaining-req-minute")),
                RequestsReset: null,
                Number(header("x-ratelimit-limit-tokens-minute")),
                Number(header("x-ratelimit-remaining-tokens-minute")),
                TokensReset: null);
        }

        if (header("x-ratelimitbysize-limit-minute") is { } tokens)
        {
            return new VendorLimits(
                RequestsLimit: null,
                RequestsRemaining: null,
                RequestsReset: null,
                Number(tokens),
                Number(header("x-ratelimitbysize-remaining-minute")),
                Duration($"{header("ratelimitbysize-reset")}s"));
        }

        if (header("anthropic-ratelimit-requests-limit") is not null || header("anthropic-ratelimit-tokens-limit") is not null)
        {
            return new VendorLimits(
                Number(header("anthropic-ratelimit-requests-limit")),
                Number(header("anthropic-ratelimit-requests-remaining")),
                Until(header("anthropic-ratelimit-requests-reset"), clock),
                Number(header("anthropic-ratelimit-tokens-limit")),
                Number(header("anthropic-ratelimit-tokens-remaining")),
                Until(header("anthropic-ratelimit-tokens-reset"), clock));
        }

        return null;
    }

    /// <summary>As OpenAI writes it: <c>20ms</c>, <c>1s</c>, <c>6m0s</c>, <c>1h2m3.5s</c>.</summary>
    internal static TimeSpan? Duration(string? text)
    {
        if (text is null || DurationPattern().Match(text) is not { Success: true, Length: > 0 } match)
        {
            return null;
        }

        double Part(string name) => match.Groups[name] is { Success: true } group ? double.Parse(group.Value, CultureInfo.InvariantCulture) : 0;
        return TimeSpan.FromMilliseconds((1000 * ((60 * ((60 * Part("h")) + Part("m"))) + Part("s"))) + Part("ms"));
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static TimeSpan? Until(string? text, TimeProvider clock) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? TimeSpan.FromTicks(Math.Max(0, (at - clock.GetUtcNow()).Ticks))
            : null;

    [GeneratedRegex(
        @"^(?:(?<h>\d{1,6})h)?(?:(?<m>\d{1,6})m(?!s))?(?:(?<s>\d{1,9}(?:\.\d+)?)s)?(?:(?<ms>\d{1,9}(?:\.\d+)?)ms)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DurationPattern();
}
