using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Content;

/// <summary>A candidate as a run keeps it: a copy, so that later changes of the content do not change what was judged. Part of stored
/// runs: add fields, never rename.</summary>
/// <param name="SourceIds">Of all its members.</param>
public sealed record CandidateSnapshot(
    string CandidateId,
    string Kind,
    string? ClusterId,
    string? ContentItemId,
    string RepresentativeContentItemId,
    string SourceId,
    string SourceType,
    string SourceName,
    string? Title,
    string? Url,
    string? Author,
    DateTimeOffset? PublishedAt,
    string? BodyText,
    IReadOnlyList<string> SourceIds);

/// <summary>A candidate as a run item: what its cells say to the model, and where it comes from.</summary>
/// <param name="Scenario">Its prompt is the triage input.</param>
public sealed record CandidateItem(Scenario Scenario, CandidateSnapshot Candidate);
