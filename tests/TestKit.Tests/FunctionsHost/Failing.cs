using FunctionsEval.TestKit.FunctionsHost;
using FunctionsEval.TestKit.FunctionsHost.Durable;

namespace FunctionsEval.TestKit.Tests.FunctionsHost;

public sealed class Failing(SharedHost shared) : IClassFixture<SharedHost>, IDisposable
{
    private readonly ScriptRoot _root = new();

    private FunctionsHostDouble Host => shared.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("Fail", "500")]
    [InlineData("Plain", "Invalid HttpResponseMessage")]
    public async Task A_failed_activity_loses_its_reason(string activity, string logged)
    {
        var call = await Host.RunAsync("Call", $"\"{activity}\"");

        Assert.Equal(OrchestrationStatus.Failed, call.Status);
        Assert.Contains($"Exception while executing function: Functions.{activity}", call.Failure!.ErrorMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("the reason, which is lost", call.ToString(), StringComparison.Ordinal);
        Assert.Contains(Host.Log.Host, line => line.Contains(logged, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_activity_fails_without_details()
    {
        var call = await Host.RunAsync("Call", "\"Nobody\"");

        Assert.Equal(OrchestrationStatus.Failed, call.Status);
        Assert.DoesNotContain("Functions.Nobody", call.ToString(), StringComparison.Ordinal);
        Assert.Contains(Host.Log.Host, line => line.Contains("The function 'Nobody' doesn't exist", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("status 500", "500")]
    [InlineData("no base64", "base64")]
    [InlineData("no protobuf", "field")]
    [InlineData("null", "null response")]
    [InlineData("terminates another", "does not support")]
    [InlineData("timer of a week", "more than 6 days")]
    public async Task An_orchestrator_that_answers_badly_is_failed_for_good(string how, string details)
    {
        var odd = await Host.RunAsync("Odd", $"\"{how}\"");

        Assert.Equal((OrchestrationStatus.Failed, null), (odd.Status, odd.Failure));
        Assert.StartsWith("""{"message":"Function 'Odd' failed with an unhandled exception.","details":""", odd.Output, StringComparison.Ordinal);
        Assert.Contains(details, odd.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("requires history once")]
    [InlineData("out of memory once")]
    public async Task A_turn_that_was_given_up_is_repeated(string how)
    {
        var before = Host.Counts.Of("Odd").Started;
        var odd = await Host.RunAsync("Odd", $"\"{how}\"");

        Assert.Equal((OrchestrationStatus.Completed, "\"done\""), (odd.Status, odd.Output));
        Assert.Equal(before + 2, Host.Counts.Of("Odd").Started);
    }

    [Theory]
    [InlineData("status 500 once")]
    [InlineData("exit once")]
    public async Task The_retry_rule_of_an_orchestrator_saves_it_from_a_crash(string how)
    {
        const string Retry = """{ "strategy": "fixedDelay", "maxRetryCount": 3, "delayInterval": "00:00:00.2" }""";
        _root.Function("Odd", """{"name":"context","type":"orchestrationTrigger","direction":"in"}""", Retry);
        await using var host = await _root.StartAsync();

        var odd = await host.RunAsync("Odd", $"\"{how}\"");

        Assert.Equal((OrchestrationStatus.Completed, "\"done\""), (odd.Status, odd.Output));
        Assert.Contains(host.Log.Host, line => line.Contains("retry 1 of 3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_without_an_answer_hangs_until_the_functions_time_is_over_and_then_comes_again()
    {
        using var root = new ScriptRoot(functionTimeout: "00:00:01");
        await File.WriteAllTextAsync(root.FileOf("hang"), "", Cancel);
        await using var host = await root.StartAsync();

        var call = await host.RunAsync("Call", "\"HangsOnce\"");

        Assert.Equal((OrchestrationStatus.Completed, "\"done\""), (call.Status, call.Output));
        Assert.Equal((2, 1, 1), host.Counts.Of("HangsOnce"));
        Assert.Equal(2, host.HandlerStarts);
    }

    [Fact]
    public async Task An_empty_answer_never_ends_the_call()
    {
        Host.Durable.Start("Call", "\"Nothing\"");

        await Eventually.TrueAsync(() => Host.Log.Host.Any(line => line.Contains("answered without content", StringComparison.Ordinal)), "the note", cancellationToken: Cancel);

        Assert.Equal((1, 0, 0), Host.Counts.Of("Nothing"));
    }
}
