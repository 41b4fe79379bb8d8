namespace FunctionsEval.Evaluation.Documents;

/// <summary>A document as it was written, JSON or YAML, with lines and columns from 1, so that every complaint can point at its place.</summary>
public abstract record SourceNode
{
    private SourceNode(int line, int column)
    {
        Line = line;
        Column = column;
    }

    public int Line { get; }

    public int Column { get; }

    /// <summary>Entries as written: a name that stands twice is here twice.</summary>
    public sealed record Mapping(IReadOnlyList<SourceEntry> Entries, int Line, int Column) : SourceNode(Line, Column);

    public sealed record Sequence(IReadOnlyList<SourceNode> Items, int Line, int Column) : SourceNode(Line, Column);

    /// <summary>The text as written. Unquoted text becomes a number, a truth value or null only where the field wants one.</summary>
    public sealed record Scalar(string Text, bool Quoted, int Line, int Column) : SourceNode(Line, Column);
}

public sealed record SourceEntry(string Name, int Line, int Column, SourceNode Value);

/// <summary>A document read into a tree, or the one place where its syntax broke.</summary>
public abstract record SourceOutcome
{
    private SourceOutcome()
    {
    }

    public sealed record Read(SourceNode Root) : SourceOutcome;

    public sealed record Malformed(DefinitionError Error) : SourceOutcome;
}
