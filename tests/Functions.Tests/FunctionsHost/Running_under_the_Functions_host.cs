using System.Text;
using System.Text.Json;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.TestKit;
using FunctionsEval.TestKit.FunctionsHost.Durable;

namespace FunctionsEval.Functions.Tests.FunctionsHost;

/// <summary>The published script root from queue message to analysis, called as the Functions host and the Durable extension call it.</summary>
public sealed class Running_under_the_Functions_host(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const int Cells = 25 * 2 * 10;

    private static readonly string[] Models = ["sim-noisy", "sim-better"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string FiveHundredCells => Yaml.Of(scenarios: 25, samples: 10, models: Models);

    [Fact]
    public async Task Five_hundred_cells_go_from_a_queue_message_to_an_analysis()
    {
        await using var app = await HostedApp.StartAsync(azurite);

        var runId = await app.StartRunAsync(FiveHundredCells);
        var run = await app.EndAsync(runId);

        AssertComplete(run, repeatedAtMost: 0);
        Assert.Equal(Cells, app.Simulator.Stats().Calls);
        Assert.Equal((Cells, Cells, 0), app.Host.Counts.Of("EvaluateCell"));
        Assert.Equal((1, 1, 0), app.Host.Counts.Of("PipelineQueue"));
        var analysis = await app.GetAsync($"api/runs/{runId}/analysis");
        Assert.Equal([250, 250], analysis.GetProperty("perModel").EnumerateArray().Select(model => model.GetProperty("sampleCount").GetInt32()));
        Assert.All(app.Host.Durable.Instances, instance => Assert.Equal(OrchestrationStatus.Completed, instance.Status));
        Assert.Equal(1 + 5, app.Host.Durable.Instances.Count);
        Assert.Empty(app.Host.Log.HandlerErrors);
    }

    [Fact]
    public async Task Samples_are_allocated_by_a_pilot()
    {
        await using var app = await HostedApp.StartAsync(azurite);

        var runId = await app.StartRunAsync(AllocatedRun.Definition);
        var run = await app.EndAsync(runId);

        Assert.Equal(AllocatedRun.Cells, run.GetProperty("progress").GetProperty("completed").GetInt64());
        Assert.Equal(AllocatedRun.Cells, app.Simulator.Stats().Calls);
        Assert.Equal((1, 1, 0), app.Host.Counts.Of("AllocateSamples"));
        Assert.Equal((AllocatedRun.Blocks, AllocatedRun.Blocks, 0), app.Host.Counts.Of("ReadAllocation"));
        var analysis = await app.GetAsync($"api/runs/{runId}/analysis");
        Assert.DoesNotContain(analysis.GetProperty("warnings").EnumerateArray(), warning => warning.GetProperty("code").GetString() == "PARTIAL_SAMPLES");
        Assert.Empty(app.Host.Log.HandlerErrors);
    }

    [Fact]
    public async Task A_handler_killed_in_the_middle_loses_no_cell_and_calls_no_finished_one_again()
    {
        await using var app = await HostedApp.StartAsync(azurite, TimeSpan.FromMilliseconds(50), speed: 10);
        var runId = await app.StartRunAsync(FiveHundredCells);

        foreach (var calls in (int[])[120, 350])
        {
            await app.UntilAsync(() => Task.FromResult(app.Simulator.Stats().Calls >= calls), $"{calls} calls");
            await app.Host.KillHandlerAsync(Cancel);
        }

        var run = await app.EndAsync(runId);
        Assert.Equal(3, app.Host.HandlerStarts);

        // At most what was in flight at the two moments is called again, and what is called again is reported.
        AssertComplete(run, repeatedAtMost: 2 * 128);
        Assert.InRange(app.Simulator.Stats().Calls, Cells, run.GetProperty("calls").GetProperty("sent").GetInt64());
    }

    [Fact]
    public async Task A_run_whose_orchestration_was_lost_is_taken_up_by_the_watchdog()
    {
        await using var app = await HostedApp.StartAsync(azurite, TimeSpan.FromMilliseconds(50));
        var runId = await app.StartRunAsync(FiveHundredCells);
        await app.UntilCompletedAsync(runId, 50);
        foreach (var instance in app.Host.Durable.Instances.Where(instance => instance.InstanceId.StartsWith(runId, StringComparison.Ordinal) && !instance.IsFinished))
        {
            app.Host.Durable.Terminate(instance.InstanceId, "\"lost\"");
        }

        await app.UntilAsync(() => Task.FromResult(app.Host.Durable.Find(runId)!.Status == OrchestrationStatus.Terminated), "the loss");
        Assert.True(await app.Host.FireTimerAsync("Watchdog", Cancel), app.Host.Log.ToString());

        AssertComplete(await app.EndAsync(runId), repeatedAtMost: 128);
        Assert.Contains(app.Host.Log.HandlerOutput, line => line.Contains("Restarted the orchestrations of 1 runs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Messages_that_are_no_jobs_end_in_the_poison_queue_and_the_others_go_on()
    {
        await using var app = await HostedApp.StartAsync(azurite);
        string[] bad = ["this is not JSON", """{"job":"make_coffee","runId":"r1"}""", "null"];

        foreach (var text in bad)
        {
            await app.Jobs.SendMessageAsync(Base64(text), Cancel);
        }

        var run = await app.EndAsync(await app.StartRunAsync(Yaml.Of()));
        await app.UntilAsync(
            async () => await app.Poison.ExistsAsync(Cancel) && (await app.Poison.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount == bad.Length, "the poison messages");

        Assert.Equal("completed", run.GetProperty("status").GetString());
        var poison = (await app.Poison.ReceiveMessagesAsync(32, cancellationToken: Cancel)).Value;
        Assert.Equal(bad.Order(StringComparer.Ordinal), poison.Select(message => Encoding.UTF8.GetString(Convert.FromBase64String(message.Body.ToString()))).Order(StringComparer.Ordinal));
        Assert.Equal(5 * bad.Length, app.Host.Counts.Of("PipelineQueue").Failed);
        Assert.Contains(app.Host.Log.HandlerOutput, line => line.Contains("Job \\u0027make_coffee\\u0027 is unknown", StringComparison.Ordinal));
        Assert.Equal(1, app.Host.HandlerStarts);
    }

    [Fact]
    public async Task A_message_that_comes_twice_starts_one_run()
    {
        await using var app = await HostedApp.StartAsync(azurite, TimeSpan.FromMilliseconds(20));
        var runId = await app.StartRunAsync(FiveHundredCells);
        var job = Base64(JsonSerializer.Serialize(new { job = "start_run", runId }));

        await app.Jobs.SendMessageAsync(job, Cancel);
        await app.UntilCompletedAsync(runId, 100);
        await app.Jobs.SendMessageAsync(job, Cancel);
        var run = await app.EndAsync(runId);
        await app.Jobs.SendMessageAsync(job, Cancel);
        await app.UntilAsync(() => Task.FromResult(app.Host.Counts.Of("PipelineQueue").Succeeded == 4), "four messages");

        AssertComplete(run, repeatedAtMost: 0);
        Assert.Equal(Cells, app.Simulator.Stats().Calls);
        Assert.Equal(1 + 5, app.Host.Durable.Instances.Count);
    }

    [Fact]
    public async Task A_run_is_paused_resumed_and_another_cancelled()
    {
        // Slow enough that much is left of the run when the pause is seen, which takes up to a second.
        await using var app = await HostedApp.StartAsync(azurite, TimeSpan.FromMilliseconds(800));
        var runId = await app.StartRunAsync(FiveHundredCells);
        await app.UntilCompletedAsync(runId, 30);

        await app.ControlAsync(runId, "pause");
        await app.UntilAsync(() => Task.FromResult(app.Host.Durable.Instances.Count(instance => !instance.IsFinished) == 1), "the blocks to end");
        var calls = await Eventually.SteadyAsync(() => app.Simulator.Stats().Calls, TimeSpan.FromMilliseconds(300), "no call under way");
        Assert.InRange(calls, 30, Cells - 1);
        Assert.Equal("paused", (await app.ProgressAsync(runId)).Status);

        await app.ControlAsync(runId, "resume");
        AssertComplete(await app.EndAsync(runId), repeatedAtMost: 0);

        var other = await app.StartRunAsync(FiveHundredCells.Replace("name: ratings", "name: to be cancelled", StringComparison.Ordinal));
        await app.UntilCompletedAsync(other, 30);
        await app.ControlAsync(other, "cancel");
        var cancelled = await app.EndAsync(other, "cancelled");

        Assert.InRange(cancelled.GetProperty("progress").GetProperty("completed").GetInt64(), 30, Cells - 1);
        Assert.All(app.Host.Durable.Instances, instance => Assert.Equal(OrchestrationStatus.Completed, instance.Status));
    }

    private static void AssertComplete(JsonElement run, long repeatedAtMost)
    {
        var (progress, calls) = (run.GetProperty("progress"), run.GetProperty("calls"));
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.Equal((Cells, 0), (progress.GetProperty("completed").GetInt64(), progress.GetProperty("failed").GetInt64()));
        Assert.InRange(calls.GetProperty("repeated").GetInt64(), 0, repeatedAtMost);
        Assert.Equal(Cells, calls.GetProperty("sent").GetInt64() - calls.GetProperty("repeated").GetInt64());
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
