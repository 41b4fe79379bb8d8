using FunctionsEval.Providers;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Providers.Prices;

namespace FunctionsEval.Runs.Budget;

/// <summary>What the calls of one variant cost: before, at most; after, really.</summary>
/// <param name="price">Null when the model has none.</param>
public sealed class CallPrices(string vendor, Price? price)
{
    /// <summary>Output that is reserved for when a request does not limit it.</summary>
    public const int UnlimitedOutput = 8192;

    public static CallPrices Of(PriceTable table, ProviderResolution model) => model is ProviderResolution.Resolved resolved
        ? new CallPrices(resolved.ProviderName, PriceOf(table, resolved))
        : new CallPrices("", null);

    /// <summary>Another server than the vendor's has prices of its own, which nobody knows.</summary>
    public static Price? PriceOf(PriceTable table, ProviderResolution.Resolved model) =>
        model.Route is { IsElsewhere: true } ? null : table.Find(model.ProviderName, model.Model);

    public bool AreKnown => price is not null;

    /// <summary>The most that a call should cost: all its input uncached, all the output that it may make. 0 when there is no price.</summary>
    public decimal AtMost(ModelRequest request) =>
        price?.CostOf(new TokenUsage(TokenEstimate.OfConversation(vendor, request.Messages), request.MaxTokens ?? UnlimitedOutput)) ?? 0;

    public decimal? Of(TokenUsage? usage) => price?.CostOf(usage);

    /// <summary>What an attempt cost; null when the model has no price, and when nobody knows whether it was charged.</summary>
    public decimal? Of(ModelOutcome outcome, IReadOnlyList<ChatMessage> messages) => outcome switch
    {
        ModelOutcome.Answered(var answer) => Of(UsageOf(answer, messages)),
        ModelOutcome.Failed(var failure) when MayBeCharged(failure) => null,
        _ => AreKnown ? 0 : null,
    };

    /// <summary>The vendor's count, or our estimate where it counted nothing.</summary>
    public TokenUsage UsageOf(ModelAnswer answer, IReadOnlyList<ChatMessage> messages) =>
        answer.Usage is { InputTokens: not null, OutputTokens: not null }
            ? answer.Usage
            : new TokenUsage(
                answer.Usage?.InputTokens ?? TokenEstimate.OfConversation(vendor, messages),
                answer.Usage?.OutputTokens ?? TokenEstimate.OfText(vendor, answer.Text),
                answer.Usage?.ReasoningTokens,
                answer.Usage?.CachedTokens,
                IsEstimated: true);

    /// <summary>False when the vendor answered with an error; true when the call may have worked and only its answer was lost.</summary>
    public static bool MayBeCharged(ModelFailure failure) => failure switch
    {
        { StatusCode: >= 300 } => false,
        { Code: ModelErrorCode.Timeout or ModelErrorCode.ServerError or ModelErrorCode.InvalidResponse } => true,
        { Code: ModelErrorCode.NetworkError, IsUnsent: false } => true,
        _ => false,
    };
}
