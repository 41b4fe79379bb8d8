namespace FunctionsEval.Digests;

/// <summary>A finished digest: the best of a window, one voice not too often. Part of stored digests: add fields, never rename.</summary>
/// <param name="Triaged">Candidates that a model judged.</param>
/// <param name="Entries">Best first; empty in lists.</param>
public sealed record Digest(
    string DigestId,
    string TopicId,
    DateTimeOffset WindowStart,
    DateTimeOffset WindowEnd,
    string Model,
    int Triaged,
    int EntryCount,
    DateTimeOffset CreatedAt,
    IReadOnlyList<DigestItem> Entries);

public sealed record DigestItem(
    int Rank,
    string CandidateId,
    string Kind,
    double AiScore,
    string? Title,
    string? Url,
    string SourceId,
    string SourceType,
    string Theme,
    string OneLiner,
    string Reason,
    bool IsRelevant,
    bool IsNovel,
    bool ShouldDeepSummarize,
    DateTimeOffset? PublishedAt);

public sealed record DigestPage(IReadOnlyList<Digest> Digests, string? ContinuationToken);
