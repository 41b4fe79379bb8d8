using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Azure.Storage.Queues;
using FunctionsEval.TestKit.FunctionsHost;
using FunctionsEval.TestKit.FunctionsHost.Triggers;

namespace FunctionsEval.TestKit.Tests.FunctionsHost;

public sealed class Triggering(AzuriteFixture azurite) : IDisposable
{
    private const string Queue = """
        {"name":"message","type":"queueTrigger","direction":"in","queueName":"jobs","connection":"AzureWebJobsStorage"},{"name":"client","type":"durableClient","direction":"in"}
        """;

    private readonly ScriptRoot _root = new("""{ "queues": { "maxDequeueCount": 3, "maxPollingInterval": "00:00:00.2" } }""");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task Each_message_is_delivered_and_a_failing_one_is_tried_and_put_aside()
    {
        _root.Function("Message", Queue);
        var jobs = new QueueClient(azurite.ConnectionString, "jobs");
        var poison = new QueueClient(azurite.ConnectionString, "jobs-poison");
        await using var host = await _root.StartAsync(null, ("AzureWebJobsStorage", azurite.ConnectionString));
        await jobs.CreateIfNotExistsAsync(cancellationToken: Cancel);

        for (var number = 0; number < 40; number++)
        {
            await jobs.SendMessageAsync(Base64($"good {number:D2}"), Cancel);
        }

        await jobs.SendMessageAsync(Base64("bad"), Cancel);
        await jobs.SendMessageAsync("this is no base64!", Cancel);
        await Eventually.TrueAsync(
            async () => await poison.ExistsAsync(Cancel) && (await poison.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount == 2, "two poison messages", cancellationToken: Cancel);
        await Eventually.TrueAsync(async () => (await jobs.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount == 0, "an empty queue", cancellationToken: Cancel);

        var seen = await SeenAsync(host);
        Assert.Equal(Enumerable.Range(0, 40).Select(number => $"good {number:D2}"), seen.Where(text => text.StartsWith("good", StringComparison.Ordinal)).Select(text => text.Split('|')[0]).Order());
        Assert.Equal(["bad|1", "bad|2", "bad|3"], seen.Where(text => text.StartsWith("bad", StringComparison.Ordinal)).Select(text => string.Join('|', text.Split('|')[..2])));
        Assert.All(seen, text => Assert.EndsWith(host.SidecarAddress.Authority, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_under_work_when_the_handler_dies_is_delivered_again()
    {
        _root.Function("Message", Queue.Replace("jobs", "other-jobs", StringComparison.Ordinal));
        var jobs = new QueueClient(azurite.ConnectionString, "other-jobs");
        await jobs.CreateIfNotExistsAsync(cancellationToken: Cancel);
        await jobs.SendMessageAsync(Base64("bad luck at first"), Cancel);
        await using var host = await _root.StartAsync(null, ("AzureWebJobsStorage", azurite.ConnectionString), ("AzureFunctionsJobHost__extensions__queues__visibilityTimeout", "00:00:01"));
        await Eventually.TrueAsync(() => host.Counts.Of("Message").Failed > 0, "the first attempt", cancellationToken: Cancel);

        await host.KillHandlerAsync(Cancel);
        await Eventually.TrueAsync(() => host.Counts.Of("Message").Failed >= 3, "the other attempts", cancellationToken: Cancel);

        Assert.Single(await SeenAsync(host), text => text.Contains("|3|", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_timer_is_called_when_it_is_due_and_by_hand()
    {
        _root.Function("Tick", """{"name":"timer","type":"timerTrigger","direction":"in","schedule":"%WHEN%"}""");
        await using var host = await FunctionsHostDouble.StartAsync(
            _root.Path,
            new FunctionsHostOptions(new Dictionary<string, string> { ["VERB"] = "handler", ["WHEN"] = "0 */5 * * * *" }, new FastClock(speed: 1000), RunsTimers: true),
            Cancel);

        await Eventually.TrueAsync(() => host.Counts.Of("Tick").Succeeded >= 3, "three ticks", cancellationToken: Cancel);

        Assert.True(await host.FireTimerAsync("Tick", Cancel, isPastDue: true));
    }

    [Theory]
    [InlineData("0 */5 * * * *", "2026-11-21T10:05:00", "2026-11-21T10:10:00")]
    [InlineData("30 9 * * *", "2026-11-21T10:05:00", "2026-11-22T09:30:00")]
    [InlineData("15,45 59 23 31 12 *", "2026-11-21T10:05:00", "2026-12-31T23:59:15")]
    [InlineData("0 0 6-8 * * 1", "2026-11-21T10:05:00", "2026-11-23T06:00:00")]
    [InlineData("0 0 0 29 2 *", "2026-11-21T10:05:00", "2028-02-29T00:00:00")]
    public void A_schedule_says_when_it_comes_next(string schedule, string after, string next) =>
        Assert.Equal(Utc(next), CronSchedule.Parse(schedule).After(Utc(after)));

    private static DateTimeOffset Utc(string text) => new(DateTime.Parse(text), TimeSpan.Zero);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task<List<string>> SeenAsync(FunctionsHostDouble host)
    {
        // Not through the catch-all of the handler: its own route under /api is more exact.
        var seen = await host.Client.GetFromJsonAsync<JsonElement>("api/messages", Cancel);
        return [.. seen.EnumerateArray().Select(text => text.GetString()!)];
    }
}
