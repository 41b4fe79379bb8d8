namespace FunctionsEval.Evaluation.Prompts;

/// <summary>A prompt with places for the variables of a scenario.</summary>
/// <param name="Template">Liquid (https://shopify.github.io/liquid/).</param>
/// <param name="System">The system text that goes with it, Liquid too; null leaves that of the scenario, the variant or the definition.</param>
public sealed record PromptTemplate(string Name, string Template, string? System = null);

/// <summary>A template cannot be read, or cannot be filled in for a scenario.</summary>
/// <param name="variable">The variable that the scenario lacks; null when it is something else.</param>
public sealed class TemplateException(string message, string? variable = null) : Exception(message)
{
    public string? Variable => variable;
}
