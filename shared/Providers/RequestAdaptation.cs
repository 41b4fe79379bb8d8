namespace FunctionsEval.Providers;

/// <summary>How a model's requests differ from what was asked for, because the model refused that. Kept per model, recorded on each call.</summary>
[Flags]
public enum RequestAdaptations
{
    None = 0,
    WithoutTemperature = 1,
    MaxTokensName = 2,
    MaxCompletionTokensName = 4,
    MinimalReasoning = 8,
}

internal static class RequestAdaptation
{
    /// <summary>What to do about a refusal; null when nothing is left to be tried.</summary>
    public static RequestAdaptations? After(RejectedParameter rejected, RequestAdaptations now) => rejected switch
    {
        RejectedParameter.Temperature when !now.HasFlag(RequestAdaptations.WithoutTemperature) => now | RequestAdaptations.WithoutTemperature,
        RejectedParameter.MaxTokens when !IsNamed(now) =>
            now | RequestAdaptations.MaxCompletionTokensName,
        RejectedParameter.MaxCompletionTokens when !IsNamed(now) =>
            now | RequestAdaptations.MaxTokensName,
        RejectedParameter.NoReasoning when !now.HasFlag(RequestAdaptations.MinimalReasoning) => now | RequestAdaptations.MinimalReasoning,
        _ => null,
    };

    public static ModelRequest Apply(ModelRequest request, RequestAdaptations adaptations) => adaptations == RequestAdaptations.None
        ? request
        : request with
        {
            Adaptations = adaptations,
            Temperature = adaptations.HasFlag(RequestAdaptations.WithoutTemperature) ? null : request.Temperature,
            ReasoningEffort = adaptations.HasFlag(RequestAdaptations.MinimalReasoning) && request.ReasoningEffort == "none"
                ? "minimal"
                : request.ReasoningEffort,
        };

    private static bool IsNamed(RequestAdaptations now) =>
        now.HasFlag(RequestAdaptations.MaxTokensName) || now.HasFlag(RequestAdaptations.MaxCompletionTokensName);
}

/// <summary>A parameter of a request that a model refuses; the same question can be asked without it or under another name.</summary>
public enum RejectedParameter
{
    None,
    Temperature,
    MaxTokens,
    MaxCompletionTokens,

    /// <summary>The effort "none": some models call their least effort "minimal".</summary>
    NoReasoning,
}
