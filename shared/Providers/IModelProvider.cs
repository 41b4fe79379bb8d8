namespace FunctionsEval.Providers;

/// <summary>One vendor's wire format. One call = one HTTP attempt; retries, limits and records are <c>ModelCaller</c>'s.</summary>
public interface IModelProvider
{
    /// <summary>
    /// Sends one request. Whatever the model or the vendor answers is a value; only cancellation by
    /// <paramref name="cancellationToken"/> throws.
    /// </summary>
    Task<ModelOutcome> CompleteAsync(ModelRequest request, CancellationToken cancellationToken);
}

public enum ChatRole
{
    System,
    User,
    Assistant,
}

public sealed record ChatMessage(ChatRole Role, string Text);

/// <param name="Model">The vendor's model id, without a provider prefix.</param>
/// <param name="ClientRequestId">Ours, sent as <c>X-Client-Request-Id</c>: which cell, turn and attempt this is.</param>
/// <param name="Temperature">Null leaves the vendor's default.</param>
/// <param name="MaxTokens">Null leaves the vendor's default.</param>
/// <param name="ReasoningEffort">Null sends no such field.</param>
public sealed record ModelRequest(
    string Model,
    IReadOnlyList<ChatMessage> Messages,
    string ClientRequestId,
    double? Temperature = null,
    int? MaxTokens = null,
    string? ReasoningEffort = null);

/// <summary>Tokens as the vendor counted them; null where it gave none.</summary>
public sealed record TokenUsage(int? InputTokens, int? OutputTokens, int? ReasoningTokens = null, int? CachedTokens = null);

/// <param name="Text">What the model said; empty when it said nothing.</param>
/// <param name="FinishReason">stop, max_tokens, content_filter, tool_use, or the vendor's own word; null when missing.</param>
/// <param name="ModelVersion">The exact model that answered, by the vendor's word.</param>
public sealed record ModelAnswer(string Text, string? FinishReason, string? ModelVersion, TokenUsage? Usage, string? RequestId);

/// <param name="Message">For people; never holds a key or a prompt.</param>
/// <param name="RetryAfter">What the vendor asked to wait.</param>
public sealed record ModelFailure(
    ModelErrorCode Code, string Message, int? StatusCode = null, string? VendorCode = null, TimeSpan? RetryAfter = null, string? RequestId = null)
{
    public bool Retryable => Code.IsRetryable();
}

public abstract record ModelOutcome
{
    private ModelOutcome()
    {
    }

    public sealed record Answered(ModelAnswer Answer) : ModelOutcome;

    public sealed record Failed(ModelFailure Failure) : ModelOutcome;
}
