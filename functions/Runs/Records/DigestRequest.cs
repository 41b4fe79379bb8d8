namespace FunctionsEval.Runs.Records;

/// <summary>What a digest is made of. Stored on the row of its run: add fields, never rename.</summary>
/// <param name="Mode">low, normal or high.</param>
/// <param name="Model">provider:model.</param>
public sealed record DigestRequest(string TopicId, DateTimeOffset WindowStart, DateTimeOffset WindowEnd, string Model, string Mode = "normal");

/// <summary>Chooses what the digest of a run triages, unless that has been done; the slice of digests knows how.</summary>
public delegate Task<RunRecord> PrepareDigest(string runId, CancellationToken cancellationToken);

/// <summary>Ranks what a digest's run has triaged, and keeps the result; the slice of digests knows how.</summary>
public delegate Task MakeDigest(RunRecord run, CancellationToken cancellationToken);
