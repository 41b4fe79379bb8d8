using System.Text.Json.Serialization;

namespace FunctionsEval.Providers;

/// <summary>Stored with the calls of a conversation that goes on: add fields, never rename.</summary>
[JsonDerivedType(typeof(Answered), "answered")]
[JsonDerivedType(typeof(Failed), "failed")]
public abstract record ModelOutcome
{
    private ModelOutcome()
    {
    }

    public sealed record Answered(ModelAnswer Answer) : ModelOutcome;

    public sealed record Failed(ModelFailure Failure) : ModelOutcome;
}

/// <summary>How an answer ended, alike for all vendors. A call that failed has no ending: it is no answer.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AnswerEnding>))]
public enum AnswerEnding
{
    /// <summary>The model said all that it wanted to; the text may be empty all the same.</summary>
    Complete,

    /// <summary>Cut off by the limit of tokens. Without a text, thoughts used them up.</summary>
    Length,

    /// <summary>The model or a filter of its vendor declined. What text there is, is a part or the refusal itself.</summary>
    Refused,

    /// <summary>The model asked for a tool and said nothing else.</summary>
    ToolCall,
}

/// <param name="Text">What the model said, its thoughts removed unless the request keeps them; empty when it said nothing.</param>
/// <param name="FinishReason">stop, max_tokens, content_filter, tool_use, or the vendor's own word; null when missing.</param>
/// <param name="ModelVersion">The exact model that answered, by the vendor's word.</param>
/// <param name="RequestId">Of the HTTP exchange: what a vendor's support asks for.</param>
/// <param name="ResponseId">Of the answer itself.</param>
/// <param name="Reasoning">The model's thoughts where it showed them, in the text or beside it; null where it did not.</param>
/// <param name="EndingDetail">The vendor's own word for an ending that is not complete, such as SAFETY or model_length.</param>
public sealed record ModelAnswer(
    string Text,
    string? FinishReason,
    string? ModelVersion,
    TokenUsage? Usage,
    string? RequestId,
    VendorLimits? Limits = null,
    string? ResponseId = null,
    AnswerEnding Ending = AnswerEnding.Complete,
    string? Reasoning = null,
    string? EndingDetail = null);

/// <param name="Message">For people; never holds a key or a prompt.</param>
/// <param name="RetryAfter">What the vendor asked to wait.</param>
/// <param name="Outage">Not this call's own bad luck: why no call of this model will do better for now.</param>
/// <param name="IsUnsent">No connection was made, so the vendor cannot have charged anything.</param>
/// <param name="Rejected">The parameter that the model refused, when the same can be asked without it.</param>
public sealed record ModelFailure(
    ModelErrorCode Code,
    string Message,
    int? StatusCode = null,
    string? VendorCode = null,
    TimeSpan? RetryAfter = null,
    string? RequestId = null,
    RejectedParameter Rejected = RejectedParameter.None,
    VendorLimits? Limits = null,
    bool IsUnsent = false,
    OutageKind Outage = OutageKind.None)
{
    /// <summary>What is wrong passes with time or by somebody's hand: the run is to be paused, and its cells are to be left for later.</summary>
    public bool IsExhausted => Outage != OutageKind.None;

    public bool Retryable => !IsExhausted && Code.IsRetryable();
}

/// <summary>A parameter of a request that a model refuses; the same question can be asked without it or under another name.</summary>
public enum RejectedParameter
{
    None,
    Temperature,
    MaxTokens,
    MaxCompletionTokens,
    TopP,
    Seed,
    Stop,

    /// <summary>The effort "none": some models call their least effort "minimal".</summary>
    NoReasoning,
    SystemRole,
}

/// <summary>What is wrong with a vendor or the way to it, and not with one call.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutageKind>))]
public enum OutageKind
{
    None,

    /// <summary>The balance or the day's quota is gone, or the vendor asks to wait for longer than a call may take.</summary>
    Quota,

    /// <summary>The key, the account or a proxy lets nothing through: 401, 403, 407, a key that is missing.</summary>
    Access,

    /// <summary>There is no such model or deployment: 404. Concerns this model only, not its vendor.</summary>
    NotFound,

    /// <summary>Something else answers in the vendor's place: a page for browsers, a redirect, JSON of another kind.</summary>
    WrongServer,

    /// <summary>Nobody answers, or only with errors of the server.</summary>
    Silence,
}

/// <summary>Tokens as the vendor counted them, brought to one meaning; null where it gave none.</summary>
/// <param name="InputTokens">All that was sent, what came from a cache included.</param>
/// <param name="OutputTokens">All that was made, thoughts included.</param>
/// <param name="ReasoningTokens">The thoughts among the output.</param>
/// <param name="CachedTokens">The part of the input that came from the vendor's cache.</param>
/// <param name="IsEstimated">The vendor counted nothing: these are ours (<see cref="TokenEstimate"/>).</param>
public sealed record TokenUsage(
    int? InputTokens, int? OutputTokens, int? ReasoningTokens = null, int? CachedTokens = null, bool IsEstimated = false);

/// <summary>The quota as the vendor told it with an answer; null where it said nothing.</summary>
/// <param name="RequestsReset">From the answer on, until the requests are all there again.</param>
public sealed record VendorLimits(
    long? RequestsLimit, long? RequestsRemaining, TimeSpan? RequestsReset, long? TokensLimit, long? TokensRemaining, TimeSpan? TokensReset);
