using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Engine;

namespace FunctionsEval.Durable.Tests.Engine;

public sealed class Running_on_the_engine
{
    private static readonly DurableTaskRegistry Tasks = new DurableTaskRegistry()
        .AddActivity<int, int>("PlusOne", (_, number, _) => Task.FromResult(number + 1))
        .AddActivity<int, string>("Broken", (_, number, _) => throw new InvalidOperationException($"broken {number}", new IOException("inner")))
        .AddActivity<int, string>("Where", (context, _, _) => Task.FromResult($"{context.Name}/{context.InstanceId}/{context.TaskId}"))
        .AddOrchestrator<int, int>("Chain", async (context, length) =>
        {
            var number = 0;
            for (var step = 0; step < length; step++)
            {
                number = await context.CallActivityAsync<int>("PlusOne", number);
            }

            return number;
        })
        .AddOrchestrator<int, int[]>("FanOut", async (context, width) =>
            await Task.WhenAll(Enumerable.Range(0, width).Select(number => context.CallActivityAsync<int>("PlusOne", number))))
        .AddOrchestrator<int, string>("Located", async (context, _) => await context.CallActivityAsync<string>("Where", 0))
        .AddOrchestrator<int, string>("Failing", async (context, number) => await context.CallActivityAsync<string>("Broken", number))
        .AddOrchestrator<int, string>("Misspelt", async (context, _) =>
            await context.CallActivityAsync<string>("PlusTwo", 1, new TaskOptions(new RetryPolicy(5, TimeSpan.FromDays(300), maxRetryInterval: TimeSpan.FromDays(300)))))
        .AddOrchestrator<int, int>("Parent", async (context, children) =>
            (await Task.WhenAll(Enumerable.Range(0, children).Select(_ => context.CallSubOrchestratorAsync<int>("Chain", 1)))).Sum())
        .AddOrchestrator<int, string>("ParentOfFailing", async (context, _) =>
        {
            try
            {
                return await context.CallSubOrchestratorAsync<string>("Failing", 3);
            }
            catch (TaskFailedException e)
            {
                return $"{e.FailureDetails.InnerFailure!.ErrorMessage}|{e.FailureDetails.InnerFailure.InnerFailure!.ErrorMessage}";
            }
        })
        .AddOrchestrator<int, int>("CountUp", (context, number) =>
        {
            if (number < 500)
            {
                context.ContinueAsNew(number + 1);
            }

            return Task.FromResult(number);
        })
        .AddOrchestrator<int, string>("Sleep", async (context, days) =>
        {
            var start = context.CurrentUtcDateTime;
            await context.CreateTimer(TimeSpan.FromDays(days), CancellationToken.None);
            return context.CurrentUtcDateTime - start >= TimeSpan.FromDays(days) ? "slept" : "woke early";
        })
        .AddOrchestrator<int, int>("Status", async (context, _) =>
        {
            context.SetCustomStatus("waiting");
            return await context.WaitForExternalEvent<int>("Go");
        })
        .AddOrchestrator<int, int[]>("Collect", async (context, count) =>
        {
            var numbers = new List<int>();
            while (numbers.Count < count)
            {
                numbers.Add(await context.WaitForExternalEvent<int>("N"));
            }

            return [.. numbers];
        })
        .AddOrchestrator<string, string>("Tell", (context, other) =>
        {
            context.SendEvent(other, "Go", 42);
            return Task.FromResult("told");
        });

    [Theory]
    [InlineData("Chain", 10, "10")]
    [InlineData("FanOut", 3, "[1,2,3]")]
    [InlineData("Parent", 20, "20")]
    [InlineData("CountUp", 0, "500")]
    [InlineData("Sleep", 10, "\"slept\"")]
    [InlineData("ParentOfFailing", 0, "\"broken 3|inner\"")]
    public async Task An_orchestration_runs_to_its_result(string name, int input, string output)
    {
        await using var host = await EngineHost.StartAsync(Tasks);

        var end = await host.RunAsync(name, input);

        Assert.Equal((OrchestrationRuntimeStatus.Completed, output), (end.RuntimeStatus, end.SerializedOutput));
        await EngineHost.UntilAsync(() => Task.FromResult(host.Engine.LiveInstanceCount == 0), "finished instances leave memory");
    }

    [Fact]
    public async Task An_activity_knows_its_call()
    {
        await using var host = await EngineHost.StartAsync(Tasks);

        Assert.Equal("\"Where/here/0\"", (await host.RunAsync("Located", 0, "here")).SerializedOutput);
    }

    [Fact]
    public async Task A_failed_orchestration_says_why()
    {
        await using var host = await EngineHost.StartAsync(Tasks);

        var end = await host.RunAsync("Failing", 7);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("broken 7", end.FailureDetails!.InnerFailure!.ErrorMessage);
        Assert.Equal("inner", end.FailureDetails.InnerFailure.InnerFailure!.ErrorMessage);
        Assert.NotNull(end.CompletedAt);
    }

    [Fact]
    public async Task An_activity_that_does_not_exist_is_not_retried()
    {
        await using var host = await EngineHost.StartAsync(Tasks);
        var id = await host.ScheduleAsync("Misspelt");

        var end = await host.Client.WaitForInstanceCompletionAsync(id, true, TestContext.Current.CancellationToken);

        Assert.Equal("TaskActivityNotFound", end.FailureDetails!.InnerFailure!.ErrorType);
    }

    [Fact]
    public async Task Waiting_for_an_event_shows_the_custom_status_and_ends_with_the_event()
    {
        await using var host = await EngineHost.StartAsync(Tasks);
        var id = await host.ScheduleAsync("Status");
        Assert.Equal("\"waiting\"", (await host.GetAsync(id))!.SerializedCustomStatus);

        await host.RaiseAsync(id, "go", 5);

        Assert.Equal("5", (await host.EndAsync(id)).SerializedOutput);
    }

    [Fact]
    public async Task An_event_raised_twice_under_one_id_is_taken_once()
    {
        await using var host = await EngineHost.StartAsync(Tasks);
        var id = await host.ScheduleAsync("Collect", 2);

        await host.RaiseAsync(id, "N", 1, messageId: "first");
        await host.RaiseAsync(id, "N", 1, messageId: "first");
        await host.RaiseAsync(id, "N", 2, messageId: "second");

        Assert.Equal("[1,2]", (await host.EndAsync(id)).SerializedOutput);
    }

    [Fact]
    public async Task One_instance_tells_another()
    {
        await using var host = await EngineHost.StartAsync(Tasks);
        var id = await host.ScheduleAsync("Status");

        await host.RunAsync("Tell", id);

        Assert.Equal("42", (await host.EndAsync(id)).SerializedOutput);
        await EngineHost.UntilAsync(() => Task.FromResult(host.Engine.LiveInstanceCount == 0), "the sender settles");
    }

    [Fact]
    public async Task A_suspended_instance_takes_its_events_after_the_resumption()
    {
        await using var host = await EngineHost.StartAsync(Tasks);
        var id = await host.ScheduleAsync("Collect", 3);
        await host.Client.SuspendInstanceAsync(id, "pause", TestContext.Current.CancellationToken);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await host.GetAsync(id))!.RuntimeStatus);
        foreach (var number in new[] { 1, 2, 3 })
        {
            await host.RaiseAsync(id, "N", number);
        }

        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await host.GetAsync(id))!.RuntimeStatus);
        await host.Client.ResumeInstanceAsync(id, "go on", TestContext.Current.CancellationToken);

        Assert.Equal("[1,2,3]", (await host.EndAsync(id)).SerializedOutput);
    }

    [Fact]
    public async Task A_terminated_instance_ends_with_the_output_given()
    {
        await using var host = await EngineHost.StartAsync(Tasks);
        var id = await host.ScheduleAsync("Status");

        await host.Client.TerminateInstanceAsync(id, "enough", recursive: false, TestContext.Current.CancellationToken);

        var end = await host.EndAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "\"enough\""), (end.RuntimeStatus, end.SerializedOutput));
    }

    [Theory]
    [InlineData(true, OrchestrationRuntimeStatus.Terminated)]
    [InlineData(false, OrchestrationRuntimeStatus.Running)]
    public async Task A_termination_reaches_children_when_it_is_recursive(bool recursive, OrchestrationRuntimeStatus ofChild)
    {
        var registry = new DurableTaskRegistry()
            .AddOrchestrator<int, int>("Grandparent", async (context, _) =>
                await context.CallSubOrchestratorAsync<int>("Parent", 0, new SubOrchestrationOptions(InstanceId: "middle")))
            .AddOrchestrator<int, int>("Parent", async (context, _) =>
                await context.CallSubOrchestratorAsync<int>("Child", 0, new SubOrchestrationOptions(InstanceId: "leaf")))
            .AddOrchestrator<int, int>("Child", async (context, _) => await context.WaitForExternalEvent<int>("Never"));
        await using var host = await EngineHost.StartAsync(registry);
        await host.ScheduleAsync("Grandparent", 0, "top");
        await EngineHost.UntilAsync(async () => await host.GetAsync("leaf") is not null, "the child runs");

        await host.Client.TerminateInstanceAsync("top", null, recursive, TestContext.Current.CancellationToken);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndAsync("top")).RuntimeStatus);
        await EngineHost.UntilAsync(async () => (await host.GetAsync("leaf"))!.RuntimeStatus == ofChild, "the leaf has its end");
    }

    [Fact]
    public async Task A_running_id_cannot_be_started_again_a_finished_one_can()
    {
        await using var host = await EngineHost.StartAsync(Tasks);
        await host.ScheduleAsync("Status", 0, "same");

        var refused = await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => host.ScheduleAsync("Status", 0, "same"));
        Assert.Contains("'same' is pending or running", refused.Message, StringComparison.Ordinal);

        await host.RaiseAsync("same", "Go", 1);
        await host.EndAsync("same");
        Assert.Equal("3", (await host.RunAsync("Chain", 3, "same")).SerializedOutput);
        Assert.Equal("4", (await host.RunAsync("Chain", 4, "same")).SerializedOutput);
    }

    [Theory]
    [InlineData("@id")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a#b")]
    [InlineData("a?b")]
    [InlineData("a\u0007b")]
    public async Task A_bad_id_is_refused(string id)
    {
        await using var host = await EngineHost.StartAsync(Tasks);

        await Assert.ThrowsAsync<ArgumentException>(() => host.ScheduleAsync("Chain", 1, id));
    }

    [Fact]
    public async Task An_unknown_name_is_refused()
    {
        await using var host = await EngineHost.StartAsync(Tasks);

        var refused = await Assert.ThrowsAsync<ArgumentException>(() => host.ScheduleAsync("Chian", 1));

        Assert.Contains("'Chian' is not registered", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_sent_to_nobody_is_dropped()
    {
        await using var host = await EngineHost.StartAsync(Tasks);

        await host.RaiseAsync("nobody", "Go", 1);
        await host.Client.TerminateInstanceAsync("nobody", null, true, TestContext.Current.CancellationToken);

        Assert.Null(await host.GetAsync("nobody"));
        await Assert.ThrowsAsync<ArgumentException>(() => host.EndAsync("nobody"));
    }

    [Fact]
    public async Task A_finished_instance_can_be_purged_with_its_children()
    {
        await using var host = await EngineHost.StartAsync(Tasks);
        var id = (await host.RunAsync("Parent", 5)).InstanceId;

        Assert.Equal(6, await host.Client.PurgeInstanceAsync(id, recursive: true, TestContext.Current.CancellationToken));
        Assert.Null(await host.GetAsync(id));
        Assert.Equal(0, await host.Client.PurgeInstanceAsync(id, recursive: true, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_running_instance_is_not_purged()
    {
        await using var host = await EngineHost.StartAsync(Tasks);
        var id = await host.ScheduleAsync("Status");

        Assert.Equal(0, await host.Client.PurgeInstanceAsync(id, recursive: false, TestContext.Current.CancellationToken));
        Assert.NotNull(await host.GetAsync(id));
    }

    [Fact]
    public async Task Activities_beyond_the_limit_wait()
    {
        var running = 0;
        var most = 0;
        var gate = new SemaphoreSlim(0);
        var registry = new DurableTaskRegistry()
            .AddActivity<int, int>("Gated", async (_, number, token) =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                await gate.WaitAsync(token);
                Interlocked.Decrement(ref running);
                return number;
            })
            .AddOrchestrator<int, int>("Main", async (context, count) =>
                (await Task.WhenAll(Enumerable.Range(0, count).Select(number => context.CallActivityAsync<int>("Gated", number)))).Length);
        await using var host = await EngineHost.StartAsync(registry, options: new EmbeddedEngineOptions { MaxConcurrentActivities = 8 });
        var id = await host.ScheduleAsync("Main", 100);
        await EngineHost.UntilAsync(() => Task.FromResult(Volatile.Read(ref running) == 8), "eight are under way");

        gate.Release(100);

        Assert.Equal("100", (await host.EndAsync(id)).SerializedOutput);
        Assert.Equal(8, most);
    }

    [Fact]
    public async Task A_lone_result_does_not_wait_for_others()
    {
        var second = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var registry = new DurableTaskRegistry()
            .AddActivity<int, int>("Wait", (_, number, _) => number == 0 ? Task.FromResult(0) : second.Task)
            .AddOrchestrator<int, int>("Main", async (context, _) =>
            {
                var slow = context.CallActivityAsync<int>("Wait", 1);
                await context.CallActivityAsync<int>("Wait", 0);
                context.SetCustomStatus("first is in");
                return await slow;
            });
        await using var host = await EngineHost.StartAsync(registry);
        var id = await host.ScheduleAsync("Main");

        await EngineHost.UntilAsync(async () => (await host.GetAsync(id))!.SerializedCustomStatus is not null, "the first result is seen");
        second.SetResult(9);

        Assert.Equal("9", (await host.EndAsync(id)).SerializedOutput);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
