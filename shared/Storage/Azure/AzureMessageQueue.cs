using System.Collections.Concurrent;
using System.Text;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace FunctionsEval.Storage.Azure;

/// <summary>Queues in Azure Storage, texts in base64 as the Functions queue trigger expects them. Times are whole seconds there: they are rounded up.</summary>
public sealed class AzureMessageQueue(QueueServiceClient service) : IMessageQueue
{
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    private readonly ConcurrentDictionary<string, QueueClient> _queues = new(StringComparer.Ordinal);

    public async Task SendAsync(string queue, string text, CancellationToken cancellationToken, TimeSpan? visibleAfter = null)
    {
        QueueRules.CheckQueue(queue);
        QueueRules.CheckText(text);
        QueueRules.CheckHidden(nameof(visibleAfter), visibleAfter ?? TimeSpan.Zero, TimeSpan.Zero);
        var body = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        var hidden = WholeSeconds(visibleAfter ?? TimeSpan.Zero);
        await CallAsync(queue, async client => await client.SendMessageAsync(body, hidden, Forever, cancellationToken), cancellationToken);
    }

    public async Task<IReadOnlyList<QueueMessage>> ReceiveAsync(
        string queue, int maxMessages, TimeSpan visibilityTimeout, CancellationToken cancellationToken)
    {
        QueueRules.CheckQueue(queue);
        QueueRules.CheckCount(maxMessages);
        QueueRules.CheckHidden(nameof(visibilityTimeout), visibilityTimeout, TimeSpan.FromSeconds(1));
        var hidden = WholeSeconds(visibilityTimeout);
        var messages = await CallAsync(
            queue, async client => (await client.ReceiveMessagesAsync(maxMessages, hidden, cancellationToken)).Value, cancellationToken);
        return [.. messages.Select(message => new QueueMessage(message.MessageId, message.PopReceipt, (int)message.DequeueCount, Decode(message.MessageText)))];
    }

    public Task<QueueMessage?> RenewAsync(string queue, QueueMessage message, TimeSpan visibilityTimeout, CancellationToken cancellationToken)
    {
        QueueRules.CheckQueue(queue);
        QueueRules.CheckHidden(nameof(visibilityTimeout), visibilityTimeout, TimeSpan.Zero);
        return CallAsync(
            queue,
            async client =>
            {
                try
                {
                    var receipt = await client.UpdateMessageAsync(
                        message.MessageId, message.PopReceipt, (string?)null, WholeSeconds(visibilityTimeout), cancellationToken);
                    return message with { PopReceipt = receipt.Value.PopReceipt };
                }
                catch (RequestFailedException e) when (IsTakenByOther(e))
                {
                    return null;
                }
            },
            cancellationToken);
    }

    public Task<bool> DeleteAsync(string queue, QueueMessage message, CancellationToken cancellationToken)
    {
        QueueRules.CheckQueue(queue);
        return CallAsync(
            queue,
            async client =>
            {
                try
                {
                    await client.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
                    return true;
                }
                catch (RequestFailedException e) when (IsTakenByOther(e))
                {
                    return false;
                }
            },
            cancellationToken);
    }

    public Task<int> CountAsync(string queue, CancellationToken cancellationToken)
    {
        QueueRules.CheckQueue(queue);
        return CallAsync(queue, async client => (await client.GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCount, cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Text that is not base64 is handed on as it is: its handler fails, and it ends in the poison queue instead of blocking the others.
    internal static string Decode(string body)
    {
        var bytes = new byte[body.Length];
        return Convert.TryFromBase64String(body, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : body;
    }

    private static TimeSpan WholeSeconds(TimeSpan time) => TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds));

    private static bool IsTakenByOther(RequestFailedException e) =>
        e.ErrorCode == QueueErrorCode.PopReceiptMismatch || e.ErrorCode == QueueErrorCode.MessageNotFound;

    private async Task<T> CallAsync<T>(string queue, Func<QueueClient, Task<T>> call, CancellationToken cancellationToken)
    {
        var client = _queues.GetOrAdd(queue, static (name, account) => account.GetQueueClient(name), service);
        try
        {
            try
            {
                return await call(client);
            }
            catch (RequestFailedException e) when (e.ErrorCode == QueueErrorCode.QueueNotFound)
            {
                await client.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
                return await call(client);
            }
        }
        catch (Exception e) when (AzureErrors.IsLostInfrastructure(e))
        {
            throw AzureErrors.Describe($"Queue {queue}", service.Uri, e);
        }
    }
}
