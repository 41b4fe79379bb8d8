using System.Collections.Frozen;

namespace FunctionsEval.Providers.Wire;

/// <summary>From a vendor's status and words to the one taxonomy (docs/adr/0017).</summary>
internal static class VendorErrors
{
    private static readonly FrozenSet<string> BillingCodes = new[]
    {
        "insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "billing_error", "insufficient_balance",
        "insufficient_credits", "payment_required", "credit_balance_too_low",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> RefusalCodes = new[]
    {
        "content_filter", "content_filtered", "content_policy_violation", "ResponsibleAIPolicyViolation", "moderation_blocked", "data_inspection_failed",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // Azure, OpenAI, Anthropic, xAI, DeepSeek: under codes that say nothing.
    private static readonly string[] RefusalPhrases =
    [
        "content management policy", "violating our usage policy", "blocked by content filtering policy", "violates usage guidelines", "content exists risk",
    ];

    // Only for vendors that send these under a general code; none of these phrases is used for a limit that passes with time.
    private static readonly string[] BillingPhrases =
    [
        "credit balance is too low", "out of credits", "insufficient credits", "insufficient balance", "payment required",
        "check your plan and billing", "billing hard limit", "used all available credits", "doesn't have any credits",
    ];

    // A quota of the day, and not one of the minute that the same sentence may name beside it.
    private static readonly string[] DailyPhrases = ["per day", "(rpd)", "(tpd)", "daily limit", "daily quota"];

    /// <summary>A day's quota that comes back sooner than this is worth waiting for.</summary>
    private static readonly TimeSpan WorthWaiting = TimeSpan.FromMinutes(5);

    public static ModelErrorCode CodeOf(int status, in ErrorBody error)
    {
        if (status is >= 400 and < 500 && (IsBillingExhausted(error) || error.Code is "API_KEY_INVALID"))
        {
            return ModelErrorCode.AuthError;
        }

        return status switch
        {
            401 or 402 or 403 or 407 => ModelErrorCode.AuthError,
            404 or 410 => ModelErrorCode.NotFound,
            408 => ModelErrorCode.Timeout,
            409 or 425 => ModelErrorCode.ServerError,
            429 => ModelErrorCode.RateLimit,
            400 or 413 or 422 => ModelErrorCode.ValidationError,
            >= 500 and <= 599 => ModelErrorCode.ServerError,
            _ => ModelErrorCode.Unknown,
        };
    }

    /// <summary>True when a filter refused the conversation, which vendors say with all kinds of statuses.</summary>
    public static bool IsRefusal(int status, in ErrorBody error)
    {
        if (status is not (>= 400 and < 500) || status is 401 or 429)
        {
            return false;
        }

        return (error.Code is { } code && RefusalCodes.Contains(code))
            || (error.InnerCode is { } inner && RefusalCodes.Contains(inner))
            || (error.Message is { } message && RefusalPhrases.Any(phrase => message.Contains(phrase, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>For an error inside a 200 that names no status: the one that its words stand for.</summary>
    public static int StatusOf(in ErrorBody error) => (error.Code ?? error.Type) switch
    {
        "rate_limit_exceeded" or "rate_limit_error" or "too_many_requests" => 429,
        "invalid_api_key" or "authentication_error" => 401,
        "permission_error" => 403,
        "model_not_found" or "not_found_error" => 404,
        "invalid_request_error" or "invalid_prompt" => 400,
        "overloaded_error" => 529,
        { } code when BillingCodes.Contains(code) => 402,
        { } code when RefusalCodes.Contains(code) => 400,
        _ => 500,
    };

    /// <summary>True when the balance or the day's quota is gone, so that other calls will fare no better.</summary>
    public static bool IsExhausted(int status, in ErrorBody error, TimeSpan? retryAfter) =>
        status is >= 400 and < 500 && (IsBillingExhausted(error) || (status == 429 && IsDaily(error) && !(retryAfter <= WorthWaiting)));

    private static bool IsDaily(in ErrorBody error)
    {
        if (error.QuotaId is { } quota)
        {
            return quota.Contains("PerDay", StringComparison.OrdinalIgnoreCase);
        }

        return error.Message is { } message && DailyPhrases.Any(phrase => message.Contains(phrase, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsBillingExhausted(in ErrorBody error)
    {
        if ((error.Code is { } code && BillingCodes.Contains(code)) || (error.Type is { } type && BillingCodes.Contains(type)))
        {
            return true;
        }

        // Google says "check your plan and billing details" of the quota of a minute too, and names the quota or the wait beside it.
        return error is { QuotaId: null, RetryAfter: null, Message: { } message } && BillingPhrases.Any(phrase => message.Contains(phrase, StringComparison.OrdinalIgnoreCase));
    }
}
