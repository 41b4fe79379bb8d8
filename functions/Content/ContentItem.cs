using System.Text.Json.Serialization;

namespace FunctionsEval.Content;

/// <summary>One piece of content. Part of stored content: add fields, never rename.</summary>
/// <param name="Sources">Every source that brought it.</param>
/// <param name="Engagement">The larger of score, likes and ups.</param>
public sealed record ContentItem(
    string ItemId,
    IReadOnlyList<SourceLink> Sources,
    DateTimeOffset FetchedAt,
    DateTimeOffset? PublishedAt = null,
    string? Title = null,
    string? BodyText = null,
    string? Url = null,
    string? Author = null,
    string? ClusterId = null,
    double Engagement = 0,
    double Comments = 0,
    bool Deleted = false,
    string? DuplicateOf = null)
{
    /// <summary>The moment that windows look at.</summary>
    [JsonIgnore]
    public DateTimeOffset At => PublishedAt ?? FetchedAt;

    /// <summary>Deleted items and duplicates are kept, and never chosen.</summary>
    [JsonIgnore]
    public bool CanBeCandidate => !Deleted && DuplicateOf is null;
}

public sealed record SourceLink(string SourceId, DateTimeOffset AddedAt);
