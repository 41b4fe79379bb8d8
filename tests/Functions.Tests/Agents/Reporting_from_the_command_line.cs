using FunctionsEval.Functions.Tests.Http;

namespace FunctionsEval.Functions.Tests.Agents;

public sealed class Reporting_from_the_command_line
{
    [Fact]
    public async Task A_report_of_a_service_that_is_away_is_kept_and_sent_with_the_next_one()
    {
        var bench = await Workbench.CreateAsync();
        string[] Report(string task, string url) =>
            ["agent", "report", "--task", task, "--status", "completed", "--type", "impl", "--duration", "12.5", "--cost", "0.5", "--server", url, "--data", bench.Path("runner")];

        var away = await bench.CommandAsync(Report("t1", "http://127.0.0.1:9"));
        var kept = Directory.GetFiles(bench.Path("runner/agent-reports"));
        await using var host = await ServerHost.StartAsync(bench);
        var sent = await bench.CommandAsync(Report("t2", host.Client.BaseAddress!.ToString()));
        var metrics = (await host.GetAsync("/api/agent/metrics")).Json;

        Assert.Equal(3, away.ExitCode);
        Assert.Contains("http://127.0.0.1:9/ cannot be reached", away.Error, StringComparison.Ordinal);
        Assert.Contains("Reports that are kept and sent with the next one: 1.", away.Error, StringComparison.Ordinal);
        Assert.Single(kept);
        Assert.Equal((0, ""), (sent.ExitCode, sent.Error));
        Assert.Equal(2, metrics.GetProperty("success_rate").GetProperty("completed").GetInt32());
        Assert.Equal(1, metrics.GetProperty("usage").GetProperty("cost_usd").GetDouble());
        Assert.Empty(Directory.GetFiles(bench.Path("runner/agent-reports")));
    }

    [Fact]
    public async Task What_the_service_refuses_is_told_and_does_not_keep_off_the_others()
    {
        var bench = await Workbench.CreateAsync();
        await using var host = await ServerHost.StartAsync(bench);
        Task<CommandResult> Report(string task, string seconds) => bench.CommandAsync(
            ["agent", "report", "--task", task, "--status", "failed", "--type", "impl", "--duration", seconds, "--server", host.Client.BaseAddress!.ToString(), "--data", bench.Path("runner")]);

        var first = await Report("t", "1");
        var other = await Report("t", "2");
        var next = await Report("u", "1");

        Assert.Equal([0, 1, 0], [first.ExitCode, other.ExitCode, next.ExitCode]);
        Assert.Contains("refused: Something else was reported of task 't'", other.Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(bench.Path("runner/agent-reports"), "*.refused"));
    }

    [Theory]
    [InlineData("done", "1", "--status must be one of pending, running, needs_decision, completed, failed, timed_out, but is 'done'.")]
    [InlineData("completed", "-1", "--duration must be between 0 and 86400, but is -1.")]
    public async Task A_wrong_report_is_refused_before_it_is_kept(string status, string seconds, string message)
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.CommandAsync(["agent", "report", "--task", "t", "--type", "impl", "--status", status, "--duration", seconds, "--data", bench.Path("runner")]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(bench.Path("runner/agent-reports")));
    }
}
