namespace FunctionsEval.Storage.Tests.Queues;

/// <summary>What every queue must do. Each backend inherits it; each test has a queue of its own. Time passes by <see cref="PassAsync"/>.</summary>
public abstract class MessageQueueContract
{
    protected static readonly TimeSpan Hidden = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private readonly string _queue = $"q-{Guid.NewGuid():N}";

    protected abstract IMessageQueue Queue { get; }

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Lets <see cref="Hidden"/> go by: a fake clock jumps, a real service is asked until the condition holds.</summary>
    protected abstract Task PassAsync(Func<Task<bool>> condition);

    [Theory]
    [InlineData("")]
    [InlineData("{\"runId\":\"r1\"}")]
    [InlineData("日本語 \U0001F600 <&> \"'\\ \0 \u0001 line\r\nline")]
    public async Task A_text_comes_back_as_it_was(string text)
    {
        await SendAsync(text);

        var message = Assert.Single(await ReceiveAsync());

        Assert.Equal(text, message.Text);
        Assert.Equal(1, message.DequeueCount);
    }

    [Fact]
    public async Task A_message_has_48_KiB_and_not_a_byte_more()
    {
        var full = new string('é', 24 * 1024);
        await SendAsync(full);

        var error = await Assert.ThrowsAsync<ArgumentException>(() => SendAsync(full + "x"));

        Assert.Contains("49153 bytes; a message may have 49152", error.Message, StringComparison.Ordinal);
        Assert.Equal(full, Assert.Single(await ReceiveAsync()).Text);
    }

    [Fact]
    public async Task A_new_queue_is_empty()
    {
        Assert.Empty(await ReceiveAsync());
        Assert.Equal(0, await Queue.CountAsync(_queue, Cancel));
    }

    [Fact]
    public async Task At_most_as_many_as_asked_for_are_taken_and_none_twice()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(number => SendAsync($"{number}")));

        var first = await Queue.ReceiveAsync(_queue, 32, Long, Cancel);
        var second = await Queue.ReceiveAsync(_queue, 32, Long, Cancel);

        Assert.Equal(32, first.Count);
        Assert.Equal(8, second.Count);
        Assert.Equal(40, first.Concat(second).Select(message => message.Text).Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(await ReceiveAsync());
        Assert.Equal(40, await Queue.CountAsync(_queue, Cancel));
    }

    [Fact]
    public async Task Concurrent_receivers_share_the_messages()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => SendAsync($"{number}")));

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Queue.ReceiveAsync(_queue, 5, Long, Cancel)));

        var texts = taken.SelectMany(messages => messages).Select(message => message.Text).ToList();
        texts.AddRange((await Queue.ReceiveAsync(_queue, 32, Long, Cancel)).Select(message => message.Text));
        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"{number}").Order(StringComparer.Ordinal), texts.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_message_that_was_not_deleted_comes_back_with_a_higher_count()
    {
        await SendAsync("again");
        var first = Assert.Single(await ReceiveAsync(Hidden));
        Assert.Empty(await ReceiveAsync(Hidden));

        QueueMessage? second = null;
        await PassAsync(async () => (second = (await ReceiveAsync(Long)).SingleOrDefault()) is not null);

        Assert.Equal((first.MessageId, 2, "again"), (second!.MessageId, second.DequeueCount, second.Text));
        Assert.NotEqual(first.PopReceipt, second.PopReceipt);
    }

    [Fact]
    public async Task The_receipt_of_a_message_that_somebody_else_took_is_worth_nothing()
    {
        await SendAsync("contested");
        var lost = Assert.Single(await ReceiveAsync(Hidden));
        QueueMessage? current = null;
        await PassAsync(async () => (current = (await ReceiveAsync(Long)).SingleOrDefault()) is not null);

        Assert.Null(await Queue.RenewAsync(_queue, lost, Long, Cancel));
        Assert.False(await Queue.DeleteAsync(_queue, lost, Cancel));
        Assert.True(await Queue.DeleteAsync(_queue, current!, Cancel));
        Assert.False(await Queue.DeleteAsync(_queue, current!, Cancel));
        Assert.Null(await Queue.RenewAsync(_queue, current!, Long, Cancel));
        Assert.Equal(0, await Queue.CountAsync(_queue, Cancel));
    }

    [Fact]
    public async Task A_renewed_message_stays_hidden_and_needs_its_new_receipt()
    {
        await SendAsync("renewed");
        await SendAsync("witness");
        var messages = await ReceiveAsync(Hidden);
        var mine = messages.Single(message => message.Text == "renewed");
        var renewed = await Queue.RenewAsync(_queue, mine, Long, Cancel);

        List<QueueMessage> seen = [];
        await PassAsync(async () =>
        {
            seen.AddRange(await ReceiveAsync(Long));
            return seen.Count > 0;
        });

        Assert.Equal("witness", Assert.Single(seen).Text);
        Assert.Equal("renewed", renewed!.Text);
        Assert.False(await Queue.DeleteAsync(_queue, mine, Cancel));
        Assert.True(await Queue.DeleteAsync(_queue, renewed, Cancel));
    }

    [Fact]
    public async Task A_message_renewed_for_zero_is_visible_at_once()
    {
        await SendAsync("back");
        var taken = Assert.Single(await ReceiveAsync(Long));

        Assert.NotNull(await Queue.RenewAsync(_queue, taken, TimeSpan.Zero, Cancel));

        Assert.Equal(2, Assert.Single(await ReceiveAsync()).DequeueCount);
    }

    [Fact]
    public async Task A_message_may_be_sent_hidden()
    {
        await Queue.SendAsync(_queue, "later", Cancel, Hidden);
        Assert.Empty(await ReceiveAsync());
        Assert.Equal(1, await Queue.CountAsync(_queue, Cancel));

        QueueMessage? message = null;
        await PassAsync(async () => (message = (await ReceiveAsync()).SingleOrDefault()) is not null);

        Assert.Equal(("later", 1), (message!.Text, message.DequeueCount));
    }

    [Fact]
    public async Task Queues_do_not_see_each_others_messages()
    {
        await SendAsync("mine");
        var message = Assert.Single(await ReceiveAsync(Long));

        Assert.Empty(await Queue.ReceiveAsync(_queue + "-poison", 1, Long, Cancel));
        Assert.False(await Queue.DeleteAsync(_queue + "-poison", message, Cancel));
        Assert.True(await Queue.DeleteAsync(_queue, message, Cancel));
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("Upper")]
    [InlineData("two--hyphens")]
    [InlineData("-first")]
    [InlineData("under_score")]
    public async Task A_queue_name_is_checked(string queue)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Queue.SendAsync(queue, "x", Cancel));
        Assert.Contains($"Queue '{queue}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_and_times_out_of_range_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Queue.ReceiveAsync(_queue, 33, Long, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Queue.ReceiveAsync(_queue, 0, Long, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Queue.ReceiveAsync(_queue, 1, TimeSpan.Zero, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Queue.SendAsync(_queue, "x", Cancel, TimeSpan.FromDays(8)));
    }

    private Task SendAsync(string text) => Queue.SendAsync(_queue, text, Cancel);

    private Task<IReadOnlyList<QueueMessage>> ReceiveAsync(TimeSpan? hidden = null) => Queue.ReceiveAsync(_queue, 10, hidden ?? Long, Cancel);
}
