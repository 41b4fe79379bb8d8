using System.Text.Json;
using FunctionsEval.TestKit.FunctionsHost;
using FunctionsEval.TestKit.FunctionsHost.Durable;

namespace FunctionsEval.TestKit.Tests.FunctionsHost;

public sealed class Orchestrating(SharedHost shared) : IClassFixture<SharedHost>, IDisposable
{
    private readonly ScriptRoot _root = new();

    private FunctionsHostDouble Host => shared.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task Activities_follow_one_another_and_give_their_results()
    {
        var before = Host.Counts.Of("Echo");
        var chain = await Host.RunAsync("Chain", "10");

        Assert.Equal((OrchestrationStatus.Completed, "15"), (chain.Status, chain.Output));
        Assert.Equal((before.Started + 5, before.Succeeded + 5), (Host.Counts.Of("Echo").Started, Host.Counts.Of("Echo").Succeeded));
    }

    [Fact]
    public async Task No_more_activities_run_at_once_than_host_json_allows()
    {
        var fanOut = await Host.RunAsync("FanOut", "40");

        Assert.Equal("4", fanOut.Output);
        Assert.Equal(40, Host.Counts.Of("Slow").Succeeded);
    }

    [Fact]
    public async Task A_child_tells_its_parent_how_it_ended()
    {
        var parent = await Host.RunAsync("Parent", "1");
        var ofFailing = await Host.RunAsync("ParentOf", "\"Throws\"");
        var ofUnknown = await Host.RunAsync("ParentOf", "\"Nobody\"");

        Assert.Equal(("6", "\"waiting for a child\""), (parent.Output, parent.CustomStatus));
        Assert.Equal(parent.InstanceId, Host.Durable.Find(parent.InstanceId + "-child")!.ParentInstanceId);
        Assert.Contains("as it was told", ofFailing.Output, StringComparison.Ordinal);
        Assert.Equal(OrchestrationStatus.Completed, ofUnknown.Status);
    }

    [Fact]
    public async Task Events_outlive_the_executions_of_an_instance()
    {
        var id = Host.Durable.Start("Collects", "0");
        var first = Host.Durable.Find(id)!.ExecutionId;

        foreach (var number in (int[])[1, 2, 3, 4])
        {
            Host.Durable.RaiseEvent(id, "number", $"{number}");
        }

        var collected = await Host.EndAsync(id);
        Assert.Equal("10", collected.Output);
        Assert.NotEqual(first, collected.ExecutionId);
    }

    [Fact]
    public async Task An_orchestration_raises_events_at_another()
    {
        var id = Host.Durable.Start("Collects", "0");

        await Host.RunAsync("Tells", $"\"{id}\"");

        Assert.Equal("100", (await Host.EndAsync(id)).Output);
    }

    [Fact]
    public async Task Timers_and_retries_take_hours_of_a_fast_clock()
    {
        await using var host = await _root.StartAsync(new FastClock(speed: 20_000));

        var slept = await host.RunAsync("Sleeps");
        var retried = await host.RunAsync("Retries");

        Assert.True(slept.LastUpdated - slept.Created >= TimeSpan.FromHours(1), "The timer fired before its time.");
        Assert.Equal(OrchestrationStatus.Completed, retried.Status);
        Assert.Equal((3, 1, 2), host.Counts.Of("Flaky"));
    }

    [Fact]
    public async Task Suspended_instances_wait_and_terminated_ones_end_by_their_own_answer()
    {
        var id = Host.Durable.Start("Collects", "0");
        Host.Durable.Suspend(id, "a break");
        await Eventually.TrueAsync(() => Host.Durable.Find(id)!.Status == OrchestrationStatus.Suspended, "the suspension", cancellationToken: Cancel);
        Host.Durable.RaiseEvent(id, "Number", "50");
        Host.Durable.Resume(id, "on we go");

        var other = Host.Durable.Start("Sleeps", null);
        Host.Durable.Terminate(other, "\"enough\"");

        Assert.Equal("50", (await Host.EndAsync(id)).Output);
        var terminated = await Host.EndAsync(other);
        Assert.Equal((OrchestrationStatus.Terminated, "\"enough\""), (terminated.Status, terminated.Output));
    }

    [Fact]
    public async Task A_handler_killed_between_turns_is_replayed_from_the_history_of_the_host()
    {
        await using var host = await _root.StartAsync();
        var id = host.Durable.Start("Collects", "0");
        await Eventually.TrueAsync(() => host.Durable.Find(id)!.Status == OrchestrationStatus.Running, "the first turn", cancellationToken: Cancel);
        await Eventually.SteadyAsync(() => host.Counts.Of("Collects").Succeeded, TimeSpan.FromMilliseconds(50), "no turn under way");

        await host.KillHandlerAsync(Cancel);
        host.Durable.RaiseEvent(id, "Number", "11");

        Assert.Equal("11", (await host.EndAsync(id)).Output);
        Assert.Equal(2, host.HandlerStarts);
    }

    [Fact]
    public async Task An_activity_sees_its_input_as_text_in_text_and_its_properties_in_the_metadata()
    {
        var seen = await Host.RunAsync("Sees", """{ "number": 1.50, "instanceId": "forged", "list": [1], "deep": {"x": 1} }""");

        using var json = JsonDocument.Parse(seen.Output!);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("contentLength").ValueKind);
        var body = json.RootElement.GetProperty("body");
        var input = body.GetProperty("Data").GetProperty("input").GetString()!;
        Assert.Equal("""{"number":1.5,"instanceId":"forged","list":[1],"deep":{"x":1}}""", JsonSerializer.Deserialize<string>(input));
        var metadata = body.GetProperty("Metadata");
        Assert.Equal("\"forged\"", metadata.GetProperty("instanceId").GetString());
        Assert.Equal(JsonValueKind.Object, metadata.GetProperty("data").ValueKind);
        Assert.Equal(JsonValueKind.Object, metadata.GetProperty("deep").ValueKind);
        Assert.False(metadata.TryGetProperty("list", out _));
        Assert.Equal("See", metadata.GetProperty("sys").GetProperty("MethodName").GetString());
    }

    [Fact]
    public async Task A_returned_text_that_looks_like_a_date_is_reformatted_on_its_way()
    {
        var date = await Host.RunAsync("Call", "\"Date\"");

        Assert.NotEqual("\"2026-11-21T10:00:00.5+00:00\"", date.Output);
        Assert.StartsWith("\"2026-11-21T", date.Output, StringComparison.Ordinal);
    }
}
