namespace FunctionsEval.Storage;

/// <summary>Queues with the semantics of Azure Storage Queues: at least once, no order, hidden while being worked on. A queue comes into being at first use.</summary>
public interface IMessageQueue : IAsyncDisposable
{
    /// <summary>Adds a text of at most 48 KiB in UTF-8 (64 KiB once in base64).</summary>
    Task SendAsync(string queue, string text, CancellationToken cancellationToken, TimeSpan? visibleAfter = null);

    /// <summary>Takes up to 32 messages and hides them for the time given; each taking raises the dequeue count.</summary>
    Task<IReadOnlyList<QueueMessage>> ReceiveAsync(string queue, int maxMessages, TimeSpan visibilityTimeout, CancellationToken cancellationToken);

    /// <summary>Hides a taken message for longer (or shows it again with zero). Null when somebody else took it meanwhile.</summary>
    Task<QueueMessage?> RenewAsync(string queue, QueueMessage message, TimeSpan visibilityTimeout, CancellationToken cancellationToken);

    /// <summary>Removes a taken message; false when somebody else took it meanwhile.</summary>
    Task<bool> DeleteAsync(string queue, QueueMessage message, CancellationToken cancellationToken);

    /// <summary>About how many messages there are, hidden ones included.</summary>
    Task<int> CountAsync(string queue, CancellationToken cancellationToken);
}

/// <param name="PopReceipt">Proves that a message was taken; each taking and each renewal gives another one.</param>
/// <param name="DequeueCount">How often it was taken, this time included.</param>
public sealed record QueueMessage(string MessageId, string PopReceipt, int DequeueCount, string Text);
