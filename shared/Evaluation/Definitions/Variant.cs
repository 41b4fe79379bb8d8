using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary>What a run compares: a model, and what is set differently for it; null keeps what the definition says.</summary>
/// <param name="Name">Unique in the run; the model itself where nothing is set differently.</param>
/// <param name="Model">provider:model.</param>
/// <param name="Prompt">The name of one of the definition's prompts; null is its first one, if any.</param>
/// <param name="Template">That prompt; set where the variants of a run are listed, never in a stored definition.</param>
/// <param name="ReasoningEffort">Null sends no such field; "none" is sent as it is.</param>
public sealed record Variant(
    string Name, string Model, string? Preamble = null, double? Temperature = null, int? MaxTokens = null, string? ReasoningEffort = null,
    string? Prompt = null, PromptTemplate? Template = null)
{
    public static Variant Of(string model) => new(model, model);
}
