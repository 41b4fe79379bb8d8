namespace FunctionsEval.Evaluation.Documents;

/// <summary>Writes variables as JSON. Unlike elsewhere numbers stay as they were written: a template must show 3.10 as 3.10.</summary>
public static class VariableJson
{
    /// <inheritdoc cref="SourceJson.Write(SourceNode, out ValueTuple{SourceNode, string}?)"/>
    public static string? Write(SourceNode node, out (SourceNode At, string Message)? problem) => SourceJson.Write(Quoted(node), out problem);

    private static SourceNode Quoted(SourceNode node) => node switch
    {
        SourceNode.Mapping mapping => mapping with { Entries = [.. mapping.Entries.Select(entry => entry with { Value = Quoted(entry.Value) })] },
        SourceNode.Sequence sequence => sequence with { Items = [.. sequence.Items.Select(Quoted)] },
        SourceNode.Scalar { Quoted: false } scalar when !scalar.IsNull() && scalar.AsBoolean() is null => scalar with { Quoted = true },
        _ => node,
    };
}
