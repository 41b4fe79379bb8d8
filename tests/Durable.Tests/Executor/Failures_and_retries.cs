using FunctionsEval.Durable.Protocol;
using static FunctionsEval.Durable.Tests.Histories;

namespace FunctionsEval.Durable.Tests.Executor;

public sealed class Failures_and_retries
{
    [Fact]
    public void A_failed_activity_throws_in_the_orchestrator()
    {
        var result = Run(
            async context =>
            {
                try
                {
                    return await context.CallActivityAsync<int>("A");
                }
                catch (TaskFailedException e)
                {
                    return new object[] { e.TaskName, e.TaskId, e.FailureDetails.ErrorMessage, e.FailureDetails.IsCausedBy<InvalidOperationException>(), e.FailureDetails.IsCausedBy<SystemException>(), e.FailureDetails.IsCausedBy<IOException>() };
                }
            },
            [Turn(), Started("Main"), Scheduled(0, "A")],
            Turn(1),
            Failed(0));

        Assert.Equal("""["A",0,"broken",true,true,false]""", result.Completion()!.Result);
    }

    [Fact]
    public void An_unhandled_activity_failure_fails_the_orchestration_and_keeps_its_cause()
    {
        var completion = Run(
            async context => await context.CallActivityAsync<int>("A"),
            [Turn(), Started("Main"), Scheduled(0, "A")],
            Turn(1),
            Failed(0)).Completion()!;

        Assert.Equal(OrchestrationStatus.Failed, completion.OrchestrationStatus);
        Assert.Equal(typeof(TaskFailedException).FullName, completion.FailureDetails.ErrorType);
        Assert.Equal("System.InvalidOperationException", completion.FailureDetails.InnerFailure.ErrorType);
        Assert.Equal("broken", completion.FailureDetails.InnerFailure.ErrorMessage);
        Assert.Contains("broken", completion.Result, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unhandled_exception_fails_the_orchestration_with_its_inner_exceptions()
    {
        var completion = Run(
            _ => throw new InvalidOperationException("outer", new IOException("inner")), Turn(), Started("Main")).Completion()!;

        Assert.Equal("System.InvalidOperationException", completion.FailureDetails.ErrorType);
        Assert.Equal("System.IO.IOException", completion.FailureDetails.InnerFailure.ErrorType);
        Assert.Equal("outer", completion.Result);
    }

    [Fact]
    public void A_failure_without_details_is_still_a_failure()
    {
        var completion = Run(
            async context => await context.CallSubOrchestratorAsync<int>("Child"),
            [Turn(), Started("Main"), ChildCreated(0, "Child")],
            Turn(1),
            ChildFailed(0)).Completion()!;

        Assert.Equal(OrchestrationStatus.Failed, completion.OrchestrationStatus);
        Assert.Contains("no details", completion.FailureDetails.InnerFailure.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void An_activity_is_called_as_often_as_its_policy_says_with_a_timer_between(int attempts)
    {
        var policy = new RetryPolicy(attempts, TimeSpan.FromSeconds(1), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromSeconds(10));
        var execution = Execution(Registry(async context => await context.CallActivityAsync<int>("A", null, TaskOptions.FromRetryPolicy(policy))));

        var result = execution.Run([Turn(), Started("Main")]);
        var calls = 0;
        var delays = new List<double>();
        var seconds = 0.0;
        while (result.Completion() is null)
        {
            var action = Assert.Single(result.Actions);
            if (action.ScheduleTask is not null)
            {
                calls++;
                result = execution.Run([Turn(seconds), Failed(action.Id)]);
            }
            else
            {
                var delay = (action.CreateTimer.FireAt.ToDateTime() - Start).TotalSeconds - seconds;
                delays.Add(delay);
                seconds += delay;
                result = execution.Run([Turn(seconds), Fired(action.Id)]);
            }
        }

        Assert.Equal(attempts, calls);
        Assert.Equal(new double[] { 1, 2, 4, 8, 10, 10, 10, 10, 10 }.Take(attempts - 1), delays);
        Assert.Equal("System.InvalidOperationException", result.Completion()!.FailureDetails.InnerFailure.ErrorType);
    }

    [Fact]
    public void A_retry_that_works_gives_its_result()
    {
        var execution = Execution(Registry(async context =>
            await context.CallActivityAsync<int>("A", null, new TaskOptions(new RetryPolicy(3, TimeSpan.FromSeconds(1))))));
        execution.Run([Turn(), Started("Main")]);
        execution.Run([Turn(), Failed(0)]);
        execution.Run([Turn(1), Fired(1)]);

        Assert.Equal("7", execution.Run([Turn(1), Completed(2, "7")]).Completion()!.Result);
    }

    [Fact]
    public void What_is_marked_as_not_retriable_is_not_retried()
    {
        var execution = Execution(Registry(async context =>
            await context.CallActivityAsync<int>("A", null, new TaskOptions(new RetryPolicy(3, TimeSpan.FromSeconds(1))))));
        execution.Run([Turn(), Started("Main")]);

        Assert.Equal(OrchestrationStatus.Failed, execution.Run([Turn(), Failed(0, isNonRetriable: true)]).Completion()!.OrchestrationStatus);
    }

    [Fact]
    public void A_policy_may_choose_the_failures_it_retries()
    {
        var policy = new RetryPolicy(9, TimeSpan.FromSeconds(1), handle: failure => failure.ErrorType == "Passing");
        var execution = Execution(Registry(async context => await context.CallActivityAsync<int>("A", null, new TaskOptions(policy))));
        execution.Run([Turn(), Started("Main")]);

        Assert.NotNull(Assert.Single(execution.Run([Turn(), Failed(0, "Passing")]).Actions).CreateTimer);
        execution.Run([Turn(1), Fired(1)]);
        Assert.Equal(OrchestrationStatus.Failed, execution.Run([Turn(), Failed(2, "Lasting")]).Completion()!.OrchestrationStatus);
    }

    [Fact]
    public void A_child_with_retries_gets_a_fresh_id_for_each_attempt()
    {
        var execution = Execution(Registry(async context =>
            await context.CallSubOrchestratorAsync<int>("Child", null, new TaskOptions(new RetryPolicy(2, TimeSpan.FromSeconds(1))))));
        var first = Assert.Single(execution.Run([Turn(), Started("Main")]).Actions).CreateSubOrchestration.InstanceId;
        execution.Run([Turn(), ChildFailed(0)]);
        var second = Assert.Single(execution.Run([Turn(1), Fired(1)]).Actions).CreateSubOrchestration.InstanceId;

        Assert.NotEqual(first, second);
    }

    [Theory]
    [InlineData(1, 0, 1.0)]
    [InlineData(2, 0, 2.0)]
    [InlineData(5, 0, 10.0)]
    [InlineData(6, 0, null)]
    [InlineData(2, 59, 2.0)]
    [InlineData(2, 60, null)]
    public void The_next_delay_grows_is_capped_and_ends(int attempts, int sinceFirst, double? seconds)
    {
        var policy = new RetryPolicy(6, TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1));

        Assert.Equal(seconds, policy.NextDelay(attempts, TimeSpan.FromSeconds(sinceFirst), new TaskFailureDetails("T", "m"))?.TotalSeconds);
    }

    [Fact]
    public void A_result_of_the_wrong_shape_says_so()
    {
        var completion = Run(
            async context => await context.CallActivityAsync<int>("A"),
            [Turn(), Started("Main"), Scheduled(0, "A")],
            Turn(1),
            Completed(0, "\"text\"")).Completion()!;

        Assert.Contains("The result of 'A' (#0) is not a Int32", completion.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_with_impossible_numbers_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(0, TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(1, TimeSpan.FromSeconds(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(1, TimeSpan.FromSeconds(1), 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(1, TimeSpan.FromSeconds(2), 1, TimeSpan.FromSeconds(1)));
    }
}
