namespace FunctionsEval.Providers;

/// <param name="Text">What the model said; empty when it said nothing.</param>
/// <param name="FinishReason">stop, max_tokens, content_filter, tool_use, or the vendor's own word; null when missing.</param>
/// <param name="ModelVersion">The exact model that answered, by the vendor's word.</param>
/// <param name="RequestId">Of the HTTP exchange: what a vendor's support asks for.</param>
/// <param name="ResponseId">Of the answer itself.</param>
public sealed record ModelAnswer(
    string Text, string? FinishReason, string? ModelVersion, TokenUsage? Usage, string? RequestId, VendorLimits? Limits = null, string? ResponseId = null);
