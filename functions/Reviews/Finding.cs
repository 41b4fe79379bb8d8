using System.Text.Json.Serialization;

namespace FunctionsEval.Reviews;

/// <summary>A condition that somebody should look at, from when it was first seen until it is gone.</summary>
/// <param name="Id">16 hexadecimal digits that stay the same while the condition does: they come from the rule and the subject.</param>
/// <param name="Rule">A name of <see cref="ReviewRules"/>, as STALLED_RUN.</param>
/// <param name="Subject">The id of the run, or the name of the queue.</param>
/// <param name="ResolvedAt">When a review no longer found it; null while it is open.</param>
public sealed record Finding(
    string Id,
    string Rule,
    Severity Severity,
    string Subject,
    string Message,
    string SuggestedAction,
    DateTimeOffset FirstSeenAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset? ResolvedAt = null);

[JsonConverter(typeof(SnakeCaseEnumConverter<Severity>))]
public enum Severity
{
    High,
    Medium,
}

/// <param name="Findings">Open ones first, the severe before the others, then the oldest first.</param>
public sealed record ReviewReport(DateTimeOffset? ReviewedAt, IReadOnlyList<Finding> Findings);
