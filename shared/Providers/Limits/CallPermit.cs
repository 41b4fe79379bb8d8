namespace FunctionsEval.Providers.Limits;

/// <summary>The right to have one call under way.</summary>
public readonly record struct CallPermit
{
    internal CallPermit(long grant, double startedAt)
    {
        Grant = grant;
        StartedAt = startedAt;
    }

    internal long Grant { get; }

    internal double StartedAt { get; }
}
