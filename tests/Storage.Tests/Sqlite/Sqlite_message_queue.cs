using FunctionsEval.Storage.Sqlite;
using FunctionsEval.Storage.Tests.Queues;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Storage.Tests.Sqlite;

public sealed class Sqlite_message_queue : MessageQueueContract, IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly SqliteDatabase _database;

    public Sqlite_message_queue()
    {
        _database = SqliteDatabase.Open(_folder.File("data.db"));
        Queue = new SqliteMessageQueue(_database, _clock);
    }

    protected override IMessageQueue Queue { get; }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    protected override async Task PassAsync(Func<Task<bool>> condition)
    {
        _clock.Advance(Hidden - TimeSpan.FromMilliseconds(1));
        Assert.False(await condition());
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(await condition());
    }
}
