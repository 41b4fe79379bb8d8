using System.Globalization;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>Queues in one table of a SQLite file. The database is not owned: who opened it closes it.</summary>
public sealed class SqliteMessageQueue(SqliteDatabase database, TimeProvider clock) : IMessageQueue
{
    public Task SendAsync(string queue, string text, CancellationToken cancellationToken, TimeSpan? visibleAfter = null)
    {
        var hidden = visibleAfter ?? TimeSpan.Zero;
        QueueRules.CheckQueue(queue);
        QueueRules.CheckText(text);
        QueueRules.CheckHidden(nameof(visibleAfter), hidden, TimeSpan.Zero);
        var visibleAt = After(hidden);
        return database.WriteAsync(
            transaction => transaction.Session
                .Statement("INSERT INTO _messages VALUES (?1, ?2, ?3, 0, 0, ?4)")
                .Bind(1, transaction.NextSequence()).Bind(2, queue).Bind(3, visibleAt).Bind(4, text).Execute(),
            cancellationToken);
    }

    public async Task<IReadOnlyList<QueueMessage>> ReceiveAsync(
        string queue, int maxMessages, TimeSpan visibilityTimeout, CancellationToken cancellationToken)
    {
        QueueRules.CheckQueue(queue);
        QueueRules.CheckCount(maxMessages);
        QueueRules.CheckHidden(nameof(visibilityTimeout), visibilityTimeout, TimeSpan.FromSeconds(1));
        cancellationToken.ThrowIfCancellationRequested();

        // Polling an empty queue must not write.
        if (!HasVisible(queue))
        {
            return [];
        }

        return await database.WriteAsync(transaction => Take(transaction, queue, maxMessages, visibilityTimeout), cancellationToken);
    }

    public Task<QueueMessage?> RenewAsync(string queue, QueueMessage message, TimeSpan visibilityTimeout, CancellationToken cancellationToken)
    {
        QueueRules.CheckQueue(queue);
        QueueRules.CheckHidden(nameof(visibilityTimeout), visibilityTimeout, TimeSpan.Zero);
        var visibleAt = After(visibilityTimeout);
        return database.WriteAsync(
            transaction =>
            {
                var receipt = transaction.NextSequence();
                var changed = transaction.Session
                    .Statement("UPDATE _messages SET VisibleAt = ?4, PopReceipt = ?5 WHERE Id = ?1 AND PopReceipt = ?2 AND Queue = ?3")
                    .Bind(1, Number(message.MessageId)).Bind(2, Number(message.PopReceipt)).Bind(3, queue).Bind(4, visibleAt).Bind(5, receipt).Execute();
                return changed == 0 ? null : message with { PopReceipt = Text(receipt) };
            },
            cancellationToken);
    }

    public Task<bool> DeleteAsync(string queue, QueueMessage message, CancellationToken cancellationToken)
    {
        QueueRules.CheckQueue(queue);
        return database.WriteAsync(
            transaction => transaction.Session
                .Statement("DELETE FROM _messages WHERE Id = ?1 AND PopReceipt = ?2 AND Queue = ?3")
                .Bind(1, Number(message.MessageId)).Bind(2, Number(message.PopReceipt)).Bind(3, queue).Execute() > 0,
            cancellationToken);
    }

    public Task<int> CountAsync(string queue, CancellationToken cancellationToken)
    {
        QueueRules.CheckQueue(queue);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(database.Read(
            queue, static (session, queue) =>
            {
                var statement = session.Statement("SELECT COUNT(*) FROM _messages WHERE Queue = ?1").Bind(1, queue);
                var count = statement.Step() ? (int)statement.Int64(0) : 0;
                statement.Reset();
                return count;
            }));
    }

    /// <summary>Closes nothing: the database belongs to its opener.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private bool HasVisible(string queue) =>
        database.Read((queue, Now: After(TimeSpan.Zero)), static (session, state) =>
            session.Statement("SELECT 1 FROM _messages WHERE Queue = ?1 AND VisibleAt <= ?2 LIMIT 1").Bind(1, state.queue).Bind(2, state.Now).Exists());

    private List<QueueMessage> Take(SqliteWriter transaction, string queue, int maxMessages, TimeSpan visibilityTimeout)
    {
        var receipt = transaction.NextSequence();
        var reader = transaction.Session
            .Statement(
                "UPDATE _messages SET VisibleAt = ?4, PopReceipt = ?5, DequeueCount = DequeueCount + 1 WHERE Id IN " +
                "(SELECT Id FROM _messages WHERE Queue = ?1 AND VisibleAt <= ?2 ORDER BY VisibleAt, Id LIMIT ?3) RETURNING Id, DequeueCount, Text")
            .Bind(1, queue).Bind(2, After(TimeSpan.Zero)).Bind(3, (long)maxMessages).Bind(4, After(visibilityTimeout)).Bind(5, receipt);
        List<QueueMessage> messages = [];
        while (reader.Step())
        {
            messages.Add(new QueueMessage(Text(reader.Int64(0)), Text(receipt), (int)reader.Int64(1), reader.Text(2)));
        }

        return messages;
    }

    private long After(TimeSpan hidden) => (clock.GetUtcNow() + hidden).ToUnixTimeMilliseconds();
}
