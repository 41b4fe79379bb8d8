namespace FunctionsEval.Runs;

/// <summary>What a digest is made of. Part of queue messages: add fields, never rename.</summary>
/// <param name="Mode">low, normal or high.</param>
/// <param name="Model">provider:model.</param>
public sealed record DigestRequest(string TopicId, DateTimeOffset WindowStart, DateTimeOffset WindowEnd, string Model, string Mode = "normal");

/// <summary>Writes the run of a digest that was asked for, if it is not there yet; the slice of digests knows how.</summary>
public delegate Task PrepareDigest(string runId, DigestRequest request, CancellationToken cancellationToken);

/// <summary>Ranks what a digest's run has triaged, and keeps the result; the slice of digests knows how.</summary>
public delegate Task MakeDigest(RunRecord run, CancellationToken cancellationToken);
