namespace FunctionsEval.Providers;

/// <param name="Message">For people; never holds a key or a prompt.</param>
/// <param name="RetryAfter">What the vendor asked to wait.</param>
/// <param name="IsExhausted">No call of this model will do better for a long time: the day's quota or the balance is gone, or nobody answers.</param>
/// <param name="IsUnsent">No connection was made, so the vendor cannot have charged anything.</param>
/// <param name="Rejected">The parameter that the model refused, when the same can be asked without it.</param>
public sealed record ModelFailure(
    ModelErrorCode Code,
    string Message,
    int? StatusCode = null,
    string? VendorCode = null,
    TimeSpan? RetryAfter = null,
    string? RequestId = null,
    bool IsExhausted = false,
    RejectedParameter Rejected = RejectedParameter.None,
    VendorLimits? Limits = null,
    bool IsUnsent = false)
{
    public bool Retryable => !IsExhausted && Code.IsRetryable();
}
