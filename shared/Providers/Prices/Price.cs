namespace FunctionsEval.Providers.Prices;

/// <summary>US dollars for a million tokens.</summary>
/// <param name="Cached">For input from the vendor's cache; null is the price of input.</param>
/// <param name="Reasoning">For thoughts; null is the price of output.</param>
/// <param name="LongContext">Other prices for requests with much input.</param>
public sealed record Price(decimal Input, decimal Output, decimal? Cached = null, decimal? Reasoning = null, LongContextPrice? LongContext = null)
{
    private const decimal Million = 1_000_000;

    /// <summary>What a call cost; null when its tokens are not known.</summary>
    public decimal? CostOf(TokenUsage? usage)
    {
        if (usage is not { InputTokens: { } input and >= 0, OutputTokens: { } output and >= 0 })
        {
            return null;
        }

        if (LongContext is not null && input > LongContext.Above)
        {
            return (this with { Input = LongContext.Input, Output = LongContext.Output, Cached = LongContext.Cached, LongContext = null }).CostOf(usage);
        }

        var cached = Math.Clamp(usage.CachedTokens ?? 0, 0, input);
        var reasoning = Math.Clamp(usage.ReasoningTokens ?? 0, 0, output);
        return (((input - cached) * Input) + (cached * (Cached ?? Input)) + ((output - reasoning) * Output) + (reasoning * (Reasoning ?? Output)))
            / Million;
    }
}

/// <param name="Above">Input tokens of one request from which on these prices count for all of it.</param>
public sealed record LongContextPrice(int Above, decimal Input, decimal Output, decimal? Cached = null);
