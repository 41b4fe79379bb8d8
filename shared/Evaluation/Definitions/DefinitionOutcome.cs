using System.Globalization;

namespace FunctionsEval.Evaluation.Definitions;

/// <param name="Field">The path, such as <c>scenarios[3].prompt</c>; empty for the document itself.</param>
/// <param name="Message">Names the field, the value and the rule.</param>
/// <param name="Source">The data set whose lines are counted; null is the definition itself.</param>
public sealed record DefinitionError(int Line, int Column, string Field, string Message, string? Source = null)
{
    public override string ToString() => Source is null
        ? string.Create(CultureInfo.InvariantCulture, $"line {Line}, column {Column}: {Message}")
        : string.Create(CultureInfo.InvariantCulture, $"{Source}, line {Line}: {Message}");
}

/// <summary>A definition that keeps every rule, or all complaints about it in the order of the document.</summary>
public abstract record DefinitionOutcome
{
    private DefinitionOutcome()
    {
    }

    public sealed record Parsed(Definition Definition) : DefinitionOutcome;

    public sealed record Rejected(IReadOnlyList<DefinitionError> Errors) : DefinitionOutcome;
}
