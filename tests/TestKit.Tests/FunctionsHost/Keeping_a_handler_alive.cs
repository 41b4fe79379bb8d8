using FunctionsEval.TestKit.FunctionsHost;
using FunctionsEval.TestKit.FunctionsHost.Configuration;

namespace FunctionsEval.TestKit.Tests.FunctionsHost;

public sealed class Keeping_a_handler_alive : IDisposable
{
    private readonly ScriptRoot _root = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task The_handler_gets_its_settings_and_its_lines_are_logged()
    {
        await using var host = await _root.StartAsync();

        await Eventually.TrueAsync(() => host.Log.HandlerErrors.Count > 0, "a line", cancellationToken: Cancel);

        Assert.Equal(["listening as custom"], host.Log.HandlerOutput);
        Assert.Equal(["a line of standard error"], host.Log.HandlerErrors);
    }

    [Fact]
    public async Task The_third_crash_stops_the_host()
    {
        await using var host = await _root.StartAsync();

        await host.KillHandlerAsync(Cancel);
        await host.KillHandlerAsync(Cancel);
        Assert.False(host.HasStopped);
        await host.KillHandlerAsync(Cancel);

        Assert.True(host.HasStopped);
        Assert.Equal(3, host.HandlerStarts);
        Assert.Contains(host.Log.Host, line => line.Contains("Exceeded http worker restart retry count", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Exit_code_200_is_a_wish_and_no_error()
    {
        await using var host = await _root.StartAsync();

        for (var exit = 1; exit <= 4; exit++)
        {
            await ExitAsync(host, 200);
            await Eventually.TrueAsync(() => host.HandlerStarts == exit + 1, "another handler", cancellationToken: Cancel);
        }

        Assert.Equal("15", (await host.RunAsync("Chain", "10")).Output);
        Assert.False(host.HasStopped);
    }

    [Fact]
    public async Task After_exit_code_0_nothing_is_started_again()
    {
        await using var host = await _root.StartAsync();

        await ExitAsync(host, 0);
        await Eventually.TrueAsync(() => host.Log.Host.Any(line => line.Contains("not started again", StringComparison.Ordinal)), "the exit", cancellationToken: Cancel);
        var chain = await host.RunAsync("Chain", "10");

        Assert.Contains("refused", chain.Output, StringComparison.Ordinal);
        Assert.Equal(1, host.HandlerStarts);
        Assert.False(host.HasStopped);
    }

    [Fact]
    public async Task A_handler_that_ends_at_start_stops_the_host()
    {
        var options = new FunctionsHostOptions(new Dictionary<string, string> { ["VERB"] = "-nonsense" });

        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => FunctionsHostDouble.StartAsync(_root.Path, options, Cancel));

        Assert.Contains("before its handler was ready", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"req","type":"httpTrigger","direction":"in","route":"administer"}""", "conflicts with one or more built in routes")]
    [InlineData("""{"name":"a-b","type":"activityTrigger","direction":"in"}""", "'a-b' is not a binding name")]
    [InlineData("""{"name":"res","type":"http","direction":"out"}""", "exactly one trigger")]
    public async Task A_function_json_that_the_host_refuses_is_refused(string bindings, string why)
    {
        _root.Function("Wrong", bindings);

        var e = await Assert.ThrowsAsync<HostConfigurationException>(() => _root.StartAsync());

        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    // The orchestration only carries the exit code to the activity.
    private static async Task ExitAsync(FunctionsHostDouble host, int code)
    {
        var starts = host.HandlerStarts;
        host.Durable.Start("ExitsWith", $"{code}");
        await Eventually.TrueAsync(
            () => host.HandlerStarts > starts || host.Log.Host.Any(line => line.Contains("exited with code 0", StringComparison.Ordinal)), "the exit", cancellationToken: Cancel);
    }
}
