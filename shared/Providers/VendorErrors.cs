using System.Collections.Frozen;

namespace FunctionsEval.Providers;

/// <summary>From a vendor's status and words to the one taxonomy (docs/adr/0005).</summary>
internal static class VendorErrors
{
    private static readonly FrozenSet<string> BillingCodes = new[]
    {
        "insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "billing_error", "insufficient_balance",
        "insufficient_credits", "payment_required", "credit_balance_too_low",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // Only for vendors that send these under a general code; none of them is said of a limit that passes with time.
    private static readonly string[] BillingPhrases =
    [
        "credit balance is too low", "out of credits", "insufficient credits", "insufficient balance", "payment required",
        "check your plan and billing", "billing hard limit",
    ];

    public static ModelErrorCode CodeOf(int status, string? vendorCode, string? vendorType, string? vendorMessage)
    {
        if (status is >= 400 and < 500 && IsBillingExhausted(vendorCode, vendorType, vendorMessage))
        {
            return ModelErrorCode.AuthError;
        }

        return status switch
        {
            401 or 402 or 403 => ModelErrorCode.AuthError,
            404 => ModelErrorCode.NotFound,
            408 => ModelErrorCode.Timeout,
            409 or 425 => ModelErrorCode.ServerError,
            429 => ModelErrorCode.RateLimit,
            400 or 413 or 422 => ModelErrorCode.ValidationError,
            >= 500 and <= 599 => ModelErrorCode.ServerError,
            _ => ModelErrorCode.Unknown,
        };
    }

    private static bool IsBillingExhausted(string? vendorCode, string? vendorType, string? vendorMessage) =>
        (vendorCode is not null && BillingCodes.Contains(vendorCode))
        || (vendorType is not null && BillingCodes.Contains(vendorType))
        || (vendorMessage is not null
            && BillingPhrases.Any(phrase => vendorMessage.Contains(phrase, StringComparison.OrdinalIgnoreCase)));
}
