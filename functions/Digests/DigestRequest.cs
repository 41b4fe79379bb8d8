namespace FunctionsEval.Digests;

/// <summary>What a digest is made of. Part of queue messages: add fields, never rename.</summary>
/// <param name="Mode">low, normal or high.</param>
/// <param name="Model">provider:model.</param>
public sealed record DigestRequest(string TopicId, DateTimeOffset WindowStart, DateTimeOffset WindowEnd, string Model, string Mode = "normal");
