namespace FunctionsEval.Durable.Engine;

/// <summary>Limits of the embedded engine.</summary>
public sealed record EmbeddedEngineOptions
{
    /// <summary>How many activities may be under way at once.</summary>
    public int MaxConcurrentActivities { get; init; } = 1024;

    /// <summary>How many commits are written together at most.</summary>
    public int MaxCommitsPerGroup { get; init; } = 256;

    /// <summary>The first pause after a failed write; it doubles up to <see cref="LongestWriteRetry"/>.</summary>
    public TimeSpan FirstWriteRetry { get; init; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan LongestWriteRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many message ids given by clients an instance remembers, the newest.</summary>
    public int RememberedMessageIds { get; init; } = 128;
}
