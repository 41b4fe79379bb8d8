namespace FunctionsEval.Providers.Limits;

/// <summary>What the end of a call says about the vendor's capacity.</summary>
public enum CallSignal
{
    Succeeded,

    /// <summary>Refused for lack of quota: 429.</summary>
    RateLimited,

    /// <summary>Refused for lack of capacity: 503, 529.</summary>
    Overloaded,

    /// <summary>Failed for a reason that says nothing about capacity.</summary>
    Failed,

    /// <summary>Never sent, or cancelled.</summary>
    Abandoned,
}

internal static class CallSignals
{
    public static CallSignal SignalOf(ModelOutcome outcome) => outcome switch
    {
        ModelOutcome.Answered => CallSignal.Succeeded,
        ModelOutcome.Failed { Failure.Code: ModelErrorCode.RateLimit } => CallSignal.RateLimited,
        ModelOutcome.Failed { Failure.StatusCode: 503 or 529 } => CallSignal.Overloaded,
        _ => CallSignal.Failed,
    };
}

/// <summary>A call that was started and has ended; times are seconds on the gate's clock.</summary>
/// <param name="Start">Which start this was, counted over the gate's life.</param>
/// <param name="RetryAfter">The wait, in seconds, that the vendor asked for.</param>
internal readonly record struct EndedCall(CallSignal Signal, long Start, double StartedAt, double EndedAt, double? RetryAfter)
{
    public double Seconds => EndedAt - StartedAt;
}
