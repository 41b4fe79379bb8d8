using System.Collections.Concurrent;
using FunctionsEval.Storage.Queues;
using FunctionsEval.Storage.Sqlite;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Storage.Tests.Queues;

public sealed class Queue_pump : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly SqliteDatabase _database;
    private readonly IMessageQueue _queues;
    private readonly List<QueuePump> _pumps = [];

    public Queue_pump()
    {
        _database = SqliteDatabase.Open(_folder.File("data.db"));
        _queues = new SqliteMessageQueue(_database, _clock);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var pump in _pumps)
        {
            await pump.DisposeAsync();
        }

        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_handled_message_is_deleted()
    {
        var seen = new ConcurrentBag<string>();
        await SendAsync("a", "b", "c");

        Start((message, _) =>
        {
            seen.Add(message.Text);
            return Task.CompletedTask;
        });
        await CountIsAsync("jobs", 0);

        Assert.Equal(["a", "b", "c"], seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_waking_is_served_without_waiting_for_the_back_off()
    {
        var handled = NewSignal();
        var pump = Start((_, _) =>
        {
            handled.TrySetResult();
            return Task.CompletedTask;
        });

        await SendAsync("now");
        pump.Wake();

        // The clock stands still, so no back-off ever ends here.
        await handled.Task.WaitAsync(Limit, Cancel);
    }

    [Fact]
    public async Task An_empty_queue_is_looked_at_again_when_the_back_off_ends()
    {
        var handled = NewSignal();
        Start((_, _) =>
        {
            handled.TrySetResult();
            return Task.CompletedTask;
        });
        await SendAsync("later");

        await AdvanceUntilAsync(() => handled.Task.IsCompleted, TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public async Task A_failing_message_is_tried_five_times_and_then_moved_to_the_poison_queue()
    {
        var attempts = new ConcurrentQueue<int>();
        await SendAsync("poison");

        Start((message, _) =>
        {
            attempts.Enqueue(message.DequeueCount);
            throw new InvalidOperationException("no");
        });
        await CountIsAsync("jobs-poison", 1);
        await CountIsAsync("jobs", 0);

        Assert.Equal([1, 2, 3, 4, 5], attempts);
        Assert.Equal("poison", Assert.Single(await _queues.ReceiveAsync("jobs-poison", 1, Limit, Cancel)).Text);
    }

    [Fact]
    public async Task A_message_taken_too_often_goes_to_the_poison_queue_without_a_call()
    {
        await SendAsync("crasher");
        for (var taken = 0; taken < 5; taken++)
        {
            await _queues.ReceiveAsync("jobs", 1, TimeSpan.FromSeconds(1), Cancel);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        var calls = 0;
        Start((_, _) =>
        {
            Interlocked.Increment(ref calls);
            return Task.CompletedTask;
        });
        await CountIsAsync("jobs-poison", 1);

        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task A_failed_message_waits_for_the_visibility_delay()
    {
        var attempts = 0;
        await SendAsync("retry");
        Start(
            (_, _) => Interlocked.Increment(ref attempts) == 1 ? throw new InvalidOperationException("first") : Task.CompletedTask,
            new QueuePumpOptions(VisibilityDelay: TimeSpan.FromMinutes(1)));
        await Eventually.TrueAsync(() => Volatile.Read(ref attempts) == 1, "the first attempt", Limit, Cancel);

        await AdvanceUntilAsync(() => Volatile.Read(ref attempts) == 2, TimeSpan.FromSeconds(10));

        Assert.True(_clock.GetUtcNow() >= _clock.Start + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task At_most_a_batch_and_the_threshold_run_at_once()
    {
        var running = 0;
        var most = 0;
        var release = NewSignal();
        await SendAsync([.. Enumerable.Range(0, 40).Select(number => $"{number}")]);

        Start(async (_, cancellationToken) =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await release.Task.WaitAsync(cancellationToken);
            Interlocked.Decrement(ref running);
        });
        await Eventually.TrueAsync(() => Volatile.Read(ref running) == 16, "one batch to run", Limit, Cancel);
        Assert.Equal(16, Volatile.Read(ref most));
        release.SetResult();
        await CountIsAsync("jobs", 0);

        Assert.InRange(most, 16, 24);
    }

    [Fact]
    public async Task A_new_batch_is_taken_when_half_of_the_last_one_is_done()
    {
        var gates = Enumerable.Range(0, 24).ToDictionary(number => $"{number}", _ => NewSignal(), StringComparer.Ordinal);
        var started = new ConcurrentBag<string>();
        await SendAsync([.. gates.Keys]);
        Start(async (message, cancellationToken) =>
        {
            started.Add(message.Text);
            await gates[message.Text].Task.WaitAsync(cancellationToken);
        });
        await Eventually.TrueAsync(() => started.Count == 16, "the first batch", Limit, Cancel);

        foreach (var text in started.Take(8).ToArray())
        {
            gates[text].SetResult();
        }

        await Eventually.TrueAsync(() => started.Count == 24, "the second batch", Limit, Cancel);
    }

    [Fact]
    public async Task A_long_handler_keeps_its_message_hidden()
    {
        var started = NewSignal();
        var release = NewSignal();
        await SendAsync("long");
        Start(async (_, cancellationToken) =>
        {
            started.TrySetResult();
            await release.Task.WaitAsync(cancellationToken);
        });
        await started.Task.WaitAsync(Limit, Cancel);

        for (var renewal = 0; renewal < 4; renewal++)
        {
            var before = await ReceiptAsync();
            _clock.Advance(TimeSpan.FromMinutes(5));
            await Eventually.TrueAsync(async () => await ReceiptAsync() != before, "a renewal", Limit, Cancel);
            Assert.Empty(await _queues.ReceiveAsync("jobs", 1, Limit, Cancel));
        }

        release.SetResult();
        await CountIsAsync("jobs", 0);
    }

    [Fact]
    public async Task A_handler_whose_message_was_taken_is_cancelled_and_leaves_the_message_alone()
    {
        var started = NewSignal();
        var cancelled = NewSignal();
        var clock = new FakeTimeProvider();
        await SendAsync("contested");
        var pump = new QueuePump(
            _queues,
            "jobs",
            async (_, cancellationToken) =>
            {
                started.TrySetResult();
                await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
                await cancelled.Task;
                cancellationToken.ThrowIfCancellationRequested();
            },
            new QueuePumpOptions(),
            clock,
            new Random(1),
            NullLogger.Instance);
        _pumps.Add(pump);
        pump.Start();
        await started.Task.WaitAsync(Limit, Cancel);

        // The queue's clock runs ahead of the pump's: the message is visible again before it was renewed.
        _clock.Advance(TimeSpan.FromMinutes(11));
        var theirs = Assert.Single(await _queues.ReceiveAsync("jobs", 1, TimeSpan.FromDays(1), Cancel));
        clock.Advance(TimeSpan.FromMinutes(5));
        await cancelled.Task.WaitAsync(Limit, Cancel);
        await pump.StopAsync(CancellationToken.None);

        Assert.True(await _queues.DeleteAsync("jobs", theirs, Cancel));
    }

    [Fact]
    public async Task A_stop_lets_running_handlers_finish_and_takes_no_more()
    {
        var started = NewSignal();
        var release = NewSignal();
        await SendAsync("running");
        var pump = Start(async (_, cancellationToken) =>
        {
            started.TrySetResult();
            await release.Task.WaitAsync(cancellationToken);
        });
        await started.Task.WaitAsync(Limit, Cancel);

        var stopping = pump.StopAsync(CancellationToken.None);
        await SendAsync("next");
        pump.Wake();
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        await stopping.WaitAsync(Limit, Cancel);

        Assert.Equal("next", Assert.Single(await _queues.ReceiveAsync("jobs", 32, Limit, Cancel)).Text);
    }

    [Fact]
    public async Task A_hurried_stop_cancels_handlers_and_their_messages_are_visible_again()
    {
        var started = NewSignal();
        await SendAsync("running");
        var pump = Start(async (_, cancellationToken) =>
        {
            started.TrySetResult();
            await NewSignal().Task.WaitAsync(cancellationToken);
        });
        await started.Task.WaitAsync(Limit, Cancel);

        await pump.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Limit, Cancel);

        Assert.Equal(2, Assert.Single(await _queues.ReceiveAsync("jobs", 32, Limit, Cancel)).DequeueCount);
    }

    [Fact]
    public async Task A_queue_that_fails_is_asked_again()
    {
        var flaky = new FlakyQueue(_queues, failures: 3);
        var handled = NewSignal();
        await SendAsync("despite");
        var pump = new QueuePump(
            flaky,
            "jobs",
            (_, _) =>
            {
                handled.TrySetResult();
                return Task.CompletedTask;
            },
            new QueuePumpOptions(),
            _clock,
            new Random(1),
            NullLogger.Instance);
        _pumps.Add(pump);
        pump.Start();

        await AdvanceUntilAsync(() => handled.Task.IsCompleted, TimeSpan.FromMilliseconds(100));

        Assert.Equal(0, flaky.FailuresLeft);
    }

    [Theory]
    [InlineData(0, 5, "BatchSize 0")]
    [InlineData(33, 5, "BatchSize 33")]
    [InlineData(16, 0, "MaxDequeueCount 0")]
    public void Settings_out_of_range_are_refused(int batchSize, int maxDequeueCount, string fault)
    {
        var options = new QueuePumpOptions(batchSize, MaxDequeueCount: maxDequeueCount);

        var error = Assert.Throws<ArgumentException>(() =>
            new QueuePump(_queues, "jobs", (_, _) => Task.CompletedTask, options, _clock, new Random(1), NullLogger.Instance));

        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    private QueuePump Start(Func<QueueMessage, CancellationToken, Task> handler, QueuePumpOptions? options = null)
    {
        var pump = new QueuePump(_queues, "jobs", handler, options ?? new QueuePumpOptions(), _clock, new Random(1), NullLogger.Instance);
        _pumps.Add(pump);
        pump.Start();
        return pump;
    }

    private async Task SendAsync(params string[] texts)
    {
        foreach (var text in texts)
        {
            await _queues.SendAsync("jobs", text, Cancel);
        }
    }

    private Task CountIsAsync(string queue, int expected) =>
        Eventually.TrueAsync(async () => await _queues.CountAsync(queue, Cancel) == expected, $"{expected} messages in {queue}", Limit, Cancel);

    private Task AdvanceUntilAsync(Func<bool> condition, TimeSpan step) =>
        Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(step);
                return condition();
            },
            "what the clock brings about",
            Limit,
            Cancel);

    private Task<long> ReceiptAsync() =>
        Task.FromResult(_database.Read(0, static (session, _) =>
        {
            var statement = session.Prepare("SELECT PopReceipt FROM _messages");
            statement.Step();
            var receipt = statement.Int64(0);
            statement.Reset();
            return receipt;
        }));

    /// <summary>Fails the first receives as a lost network would.</summary>
    private sealed class FlakyQueue(IMessageQueue inner, int failures) : IMessageQueue
    {
        public int FailuresLeft { get; private set; } = failures;

        public Task<IReadOnlyList<QueueMessage>> ReceiveAsync(string queue, int maxMessages, TimeSpan visibilityTimeout, CancellationToken cancellationToken)
        {
            if (FailuresLeft > 0)
            {
                FailuresLeft--;
                throw new StorageException("gone");
            }

            return inner.ReceiveAsync(queue, maxMessages, visibilityTimeout, cancellationToken);
        }

        public Task SendAsync(string queue, string text, CancellationToken cancellationToken, TimeSpan? visibleAfter = null) =>
            inner.SendAsync(queue, text, cancellationToken, visibleAfter);

        public Task<QueueMessage?> RenewAsync(string queue, QueueMessage message, TimeSpan visibilityTimeout, CancellationToken cancellationToken) =>
            inner.RenewAsync(queue, message, visibilityTimeout, cancellationToken);

        public Task<bool> DeleteAsync(string queue, QueueMessage message, CancellationToken cancellationToken) => inner.DeleteAsync(queue, message, cancellationToken);

        public Task<int> CountAsync(string queue, CancellationToken cancellationToken) => inner.CountAsync(queue, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
