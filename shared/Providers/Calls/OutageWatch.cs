using FunctionsEval.Providers.Wire;

namespace FunctionsEval.Providers.Calls;

/// <summary>
/// Tells a vendor that cannot be used from a call that goes wrong: the same failure again and again, and no answer in between. Without it
/// every cell of a run would be burned by a key that has expired. Thread-safe.
/// </summary>
internal sealed class OutageWatch(TimeProvider clock)
{
    /// <summary>So many of a kind that no waiting mends are enough, in a row over all calls of the model; a call is tried as often to find out.</summary>
    public const int FewestAlike = 3;

    // More than one call makes, for it may be its prompt that ends the connection.
    private const int FewestFailures = 20;

    /// <summary>Long enough for a server that is restarted.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // A server that still says that it has trouble may get over it.
    private static readonly TimeSpan PatienceWithErrors = TimeSpan.FromSeconds(30);

    // After a pause of the run the server gets its whole time again.
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private (OutageKind Kind, bool HasStatus) _row;
    private int _failures;
    private string? _firstCall;
    private bool _hasSeveralCalls;
    private long _first;
    private long _last;

    /// <summary>What a failure would be the sign of if it came again and again; None for one that is about its own call.</summary>
    public static OutageKind SignOf(ModelFailure failure) => failure switch
    {
        { Code: ModelErrorCode.AuthError or ModelErrorCode.MissingApiKey } => OutageKind.Access,
        { VendorCode: OddBody.Page or OddBody.OtherJson } => OutageKind.WrongServer,
        { Code: ModelErrorCode.NotFound } => OutageKind.NotFound,
        { Code: ModelErrorCode.Unknown, StatusCode: not (null or 200) } => OutageKind.WrongServer,
        { Code: ModelErrorCode.NetworkError or ModelErrorCode.Timeout or ModelErrorCode.ServerError } => OutageKind.Silence,
        _ => OutageKind.None,
    };

    /// <summary>Counts the end of an attempt.</summary>
    /// <param name="call">Names the logical call, the same for all its attempts.</param>
    /// <param name="startedAt">A timestamp of the clock.</param>
    /// <returns>The failure as an outage with its reason when it has become one, else null.</returns>
    public ModelFailure? Count(ModelOutcome outcome, string call, long startedAt)
    {
        lock (_lock)
        {
            if (outcome is not ModelOutcome.Failed(var failure) || SignOf(failure) is var kind && kind == OutageKind.None)
            {
                // What was sent before the first of these failures says nothing of now.
                _failures = startedAt < _first ? _failures : 0;
                return null;
            }

            var now = clock.GetTimestamp();
            if (_failures == 0 || _row != (kind, failure.StatusCode is not null) || clock.GetElapsedTime(_last, startedAt) > Forgotten)
            {
                (_row, _failures, _first, _firstCall, _hasSeveralCalls) = ((kind, failure.StatusCode is not null), 0, now, call, false);
            }

            _failures++;
            _hasSeveralCalls |= call != _firstCall;
            _last = now;
            return kind == OutageKind.Silence ? Silence(failure, clock.GetElapsedTime(_first, now)) : Alike(failure, kind);
        }
    }

    public static ModelFailure Silent(ModelFailure last, TimeSpan silence) => last with
    {
        Outage = OutageKind.Silence,
        Message = $"{last.Message} (nobody has answered for {silence.TotalSeconds:F0} s)",
    };

    private ModelFailure? Silence(ModelFailure failure, TimeSpan silence)
    {
        // No prompt can be at fault where nothing was sent.
        var fewest = failure.IsUnsent ? FewestAlike : FewestFailures;
        return _failures >= fewest && silence >= (failure.StatusCode is null ? Patience : PatienceWithErrors) ? Silent(failure, silence) : null;
    }

    private ModelFailure? Alike(ModelFailure failure, OutageKind kind)
    {
        // A firewall may take offence at a prompt: only several prompts tell. A wrong key or name is wrong for all.
        var mayBeThePrompt = kind == OutageKind.WrongServer || failure.StatusCode == 403;
        return _failures >= FewestAlike && (_hasSeveralCalls || !mayBeThePrompt)
            ? failure with { Outage = kind, Message = $"{failure.Message} (the same {_failures} times in a row)" }
            : null;
    }
}
