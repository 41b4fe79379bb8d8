using FunctionsEval.Evaluation.Candidates;

namespace FunctionsEval.Content;

/// <summary>An item in the timeline of one topic: all that selection needs, without its text. Part of stored content: add fields, never rename.</summary>
/// <param name="Sources">The topic's sources that brought it.</param>
public sealed record TimelineEntry(
    string ItemId,
    IReadOnlyList<SourceLink> Sources,
    DateTimeOffset At,
    string? ClusterId = null,
    bool HasTitle = false,
    bool HasUrl = false,
    int BodyLength = 0,
    string? Author = null,
    double Engagement = 0,
    double Comments = 0)
{
    public static TimelineEntry Of(ContentItem item, IEnumerable<SourceLink> sourcesOfTopic) => new(
        item.ItemId,
        [.. sourcesOfTopic],
        item.At,
        item.ClusterId,
        !string.IsNullOrWhiteSpace(item.Title),
        !string.IsNullOrWhiteSpace(item.Url),
        item.BodyText?.Length ?? 0,
        item.Author,
        item.Engagement,
        item.Comments);

    /// <summary>Null when no enabled source brought the item. Of several, the one that brought it last speaks for it.</summary>
    /// <param name="enabled">The enabled sources by id.</param>
    public ItemFacts? ToFacts(IReadOnlyDictionary<string, Source> enabled)
    {
        var link = Sources.Where(link => enabled.ContainsKey(link.SourceId))
            .OrderByDescending(link => link.AddedAt)
            .ThenBy(link => link.SourceId, StringComparer.Ordinal)
            .FirstOrDefault();
        if (link is null)
        {
            return null;
        }

        var source = enabled[link.SourceId];
        var voice = source.FairnessByAccount && Author is not null ? $"{source.SourceId}::{Author}" : source.SourceId;
        return new ItemFacts(
            ItemId, source.Type, source.SourceId, voice, At, ClusterId, HasTitle, HasUrl, BodyLength, Author, Engagement, Comments);
    }
}
