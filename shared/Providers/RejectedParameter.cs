namespace FunctionsEval.Providers;

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
