using FunctionsEval.Http;

namespace FunctionsEval.Content;

/// <summary>What one line of an import says.</summary>
internal abstract record ContentLine
{
    private ContentLine()
    {
    }

    public sealed record OfTopic(Topic Topic) : ContentLine;

    public sealed record OfSource(Source Source) : ContentLine;

    /// <param name="Embedding">Not kept: it finds the item's cluster when none is given.</param>
    public sealed record OfItem(ContentItem Item, float[]? Embedding) : ContentLine;

    public sealed record OfCluster(string ClusterId, IReadOnlyList<string> Members) : ContentLine;

    public sealed record Refused(IReadOnlyList<FieldError> Errors) : ContentLine;
}
