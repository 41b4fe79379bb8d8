using System.Globalization;

namespace FunctionsEval.Providers.Wire;

/// <summary>Reads what a vendor asks to wait: <c>retry-after-ms</c>, or <c>Retry-After</c> in seconds or as a date (RFC 9110, 10.2.3).</summary>
internal static class RetryAfterHeaders
{
    public static TimeSpan? Read(string? milliseconds, string? retryAfter, TimeProvider clock)
    {
        if (Number(milliseconds) is { } exact)
        {
            return Span(exact / 1000);
        }

        if (Number(retryAfter) is { } seconds)
        {
            return Span(seconds);
        }

        return DateTimeOffset.TryParseExact(retryAfter, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? Span((date - clock.GetUtcNow()).TotalSeconds)
            : null;
    }

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
            ? number
            : null;

    private static TimeSpan Span(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, TimeSpan.FromDays(366).TotalSeconds));
}
