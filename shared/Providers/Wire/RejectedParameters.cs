namespace FunctionsEval.Providers.Wire;

/// <summary>Recognises a refusal of one of our parameters: by the parameter that the vendor names, or by its words.</summary>
internal static class RejectedParameters
{
    private static readonly string[] Refusals =
    [
        "unsupported", "not supported", "does not support", "doesn't support", "deprecated", "not permitted", "not allowed", "unrecognized",
        "unknown", "unexpected", "not enabled", "may only be set", "only the default", "invalid value", "cannot be used", "extra inputs",
    ];

    public static RejectedParameter Of(int status, in ErrorBody error)
    {
        // Mistral's and Llama's older templates know no system message and say it so.
        if (status is 400 or 422 && error.Message is { } words && Has(words, "roles must alternate"))
        {
            return RejectedParameter.SystemRole;
        }

        if (status is not (400 or 422) || error.Message is not { } message || !Refusals.Any(word => Has(message, word)))
        {
            return RejectedParameter.None;
        }

        return error.Param switch
        {
            "temperature" => RejectedParameter.Temperature,
            "max_tokens" => RejectedParameter.MaxTokens,
            "max_completion_tokens" => RejectedParameter.MaxCompletionTokens,
            "top_p" => RejectedParameter.TopP,
            "seed" or "random_seed" => RejectedParameter.Seed,
            "stop" => RejectedParameter.Stop,
            "reasoning_effort" or "reasoning.effort" when Has(message, "none") => RejectedParameter.NoReasoning,
            { } param when param.EndsWith("role", StringComparison.Ordinal) && Has(message, "system") => RejectedParameter.SystemRole,
            not null => RejectedParameter.None,

            _ when Has(message, "system role") || Has(message, "role 'system'") || Has(message, "role \"system\"") || Has(message, "system message")
                || Has(message, "system prompt") || Has(message, "developer instruction") => RejectedParameter.SystemRole,

            // Which of two names is refused when both stand there: the one that is named first.
            _ when At(message, "temperature") is var temperature and >= 0 && temperature < First(message, "max_tokens", "max_completion_tokens") =>
                RejectedParameter.Temperature,
            _ when First(message, "max_tokens") < First(message, "max_completion_tokens") => RejectedParameter.MaxTokens,
            _ when Has(message, "max_completion_tokens") => RejectedParameter.MaxCompletionTokens,
            _ => RejectedParameter.None,
        };
    }

    private static bool Has(string text, string word) => At(text, word) >= 0;

    private static int At(string text, string word) => text.IndexOf(word, StringComparison.OrdinalIgnoreCase);

    private static int First(string text, params ReadOnlySpan<string> words)
    {
        var first = int.MaxValue;
        foreach (var word in words)
        {
            first = At(text, word) is var at and >= 0 ? Math.Min(first, at) : first;
        }

        return first;
    }
}
