using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>A definition that keeps every rule, or all complaints about it in the order of the document.</summary>
public abstract record DefinitionOutcome
{
    private DefinitionOutcome()
    {
    }

    public sealed record Parsed(Definition Definition) : DefinitionOutcome;

    public sealed record Rejected(IReadOnlyList<DefinitionError> Errors) : DefinitionOutcome;
}
