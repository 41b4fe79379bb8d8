using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Http;

namespace FunctionsEval.Agents.Reviews;

/// <summary>A condition that somebody should look at, from when it was first seen until it is gone.</summary>
/// <param name="Id">16 hexadecimal digits that stay the same while the condition does: they come from the rule and the subject.</param>
/// <param name="Rule">The rule that found it, as STALLED_RUN.</param>
/// <param name="Subject">What it is about: the id of a task or run, a task type, an executor, a day, the name of the queue.</param>
/// <param name="Evidence">Ids and numbers to check it by.</param>
/// <param name="ResolvedAt">When a review no longer found it; null while it is open.</param>
public sealed record Finding(
    string Id,
    string Rule,
    Severity Severity,
    string Subject,
    string Message,
    string SuggestedAction,
    IReadOnlyList<string> Evidence,
    DateTimeOffset FirstSeenAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset? ResolvedAt = null)
{
    /// <summary>That a person knows of it; null while nobody has said so since it was first seen.</summary>
    public Acknowledgement? Acknowledged { get; init; }

    /// <summary>Still to be looked at by somebody.</summary>
    [JsonIgnore]
    public bool NeedsAttention => ResolvedAt is null && Acknowledged is null;
}

/// <summary>A person knows of a finding: it stays open until its condition is gone, and asks for no attention any more.</summary>
/// <param name="By">Who said so; null where they did not say.</param>
public sealed record Acknowledgement(DateTimeOffset At, string? By = null, string? Note = null);

/// <param name="By">Who knows of it, up to 100 characters.</param>
/// <param name="Note">What is done about it, up to 1,000 characters.</param>
public sealed record AcknowledgeRequest(string? By = null, string? Note = null)
{
    private const int MaxNote = 1_000;

    internal IReadOnlyList<FieldError> Errors(DateTimeOffset now)
    {
        var rules = new TaskRules(now);
        rules.Optional("by", By, TaskRules.MaxType);
        rules.Text("note", Note, MaxNote, isBlock: true);
        return rules.Errors;
    }
}

[JsonConverter(typeof(SnakeCaseEnumConverter<Severity>))]
public enum Severity
{
    High,
    Medium,
    Low,
}

/// <param name="Findings">Open ones first, and of them those that nobody has acknowledged, the severe before the others, then the oldest first.</param>
public sealed record ReviewReport(DateTimeOffset? ReviewedAt, IReadOnlyList<Finding> Findings);

/// <summary>What a rule sees now.</summary>
public sealed record Observation(string Rule, Severity Severity, string Subject, string Message, string SuggestedAction, IReadOnlyList<string>? Evidence = null)
{
    /// <summary>The same for the same rule and subject, at every review.</summary>
    public string Id => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Rule}|{Subject}")).AsSpan(0, 8));
}
