namespace FunctionsEval.Providers.Limits;

/// <summary>A call that was started and has ended; times are seconds on the gate's clock.</summary>
/// <param name="Start">Which start this was, counted over the gate's life.</param>
/// <param name="RetryAfter">The wait, in seconds, that the vendor asked for.</param>
internal readonly record struct EndedCall(CallSignal Signal, long Start, double StartedAt, double EndedAt, double? RetryAfter)
{
    public double Seconds => EndedAt - StartedAt;
}
