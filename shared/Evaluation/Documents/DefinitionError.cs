using System.Globalization;

namespace FunctionsEval.Evaluation.Documents;

/// <summary>A complaint about one place of a document.</summary>
/// <param name="Field">The path, such as <c>scenarios[3].prompt</c>; empty for the document itself.</param>
/// <param name="Message">Names the field, the value and the rule.</param>
/// <param name="Source">The data set whose lines are counted; null is the definition itself.</param>
public sealed record DefinitionError(int Line, int Column, string Field, string Message, string? Source = null)
{
    public override string ToString() => Source is null
        ? string.Create(CultureInfo.InvariantCulture, $"line {Line}, column {Column}: {Message}")
        : string.Create(CultureInfo.InvariantCulture, $"{Source}, line {Line}: {Message}");
}
