namespace FunctionsEval.Storage.Queues;

/// <summary>The settings of the Functions queue trigger, with its defaults (host.json <c>extensions.queues</c>).</summary>
/// <param name="BatchSize">Messages taken at once, 1 to 32.</param>
/// <param name="NewBatchThreshold">A new batch is taken when at most this many are being worked on; half the batch size when not given.</param>
/// <param name="MaxDequeueCount">A message that failed this often goes to the poison queue.</param>
/// <param name="VisibilityDelay">How long a failed message stays hidden before the next attempt.</param>
/// <param name="MaxPollingInterval">The longest wait between two looks at an empty queue; one minute when not given.</param>
public sealed record QueuePumpOptions(
    int BatchSize = 16,
    int? NewBatchThreshold = null,
    int MaxDequeueCount = 5,
    TimeSpan VisibilityDelay = default,
    TimeSpan? MaxPollingInterval = null)
{
    internal TimeSpan LongestWait => MaxPollingInterval ?? TimeSpan.FromMinutes(1);

    internal int Threshold => NewBatchThreshold ?? BatchSize / 2;

    /// <summary>What is wrong with these settings, or null.</summary>
    internal string? Fault =>
        BatchSize is < 1 or > QueueRules.MessagesPerReceive ? $"BatchSize {BatchSize}: 1 to {QueueRules.MessagesPerReceive} messages are taken at once."
        : Threshold < 0 ? $"NewBatchThreshold {Threshold}: must not be negative."
        : MaxDequeueCount < 1 ? $"MaxDequeueCount {MaxDequeueCount}: must be at least 1."
        : VisibilityDelay < TimeSpan.Zero || VisibilityDelay > TimeSpan.FromDays(7) ? $"VisibilityDelay {VisibilityDelay}: 0 to 7 days."
        : LongestWait < QueuePump.ShortestWait ? $"MaxPollingInterval {LongestWait}: must be at least {QueuePump.ShortestWait}."
        : null;
}
