namespace FunctionsEval.Providers.Limits;

/// <summary>The right to have one call under way: to prepare it at first, to send it once it has been started.</summary>
public readonly record struct CallPermit
{
    internal CallPermit(long start, double startedAt)
    {
        Start = start;
        StartedAt = startedAt;
    }

    /// <summary>Which start this was, counted over the gate's life from 1; 0 before it is started.</summary>
    internal long Start { get; }

    internal double StartedAt { get; }

    internal bool IsStarted => Start > 0;
}
