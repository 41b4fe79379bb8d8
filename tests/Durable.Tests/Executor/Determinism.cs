using FunctionsEval.Durable.Protocol;
using static FunctionsEval.Durable.Tests.Histories;

namespace FunctionsEval.Durable.Tests.Executor;

public sealed class Determinism
{
    private const string NonDeterministic = "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException";

    public static TheoryData<string> Mismatches => ["other name", "other kind", "nothing asked", "other id", "timer", "child", "event"];

    [Theory]
    [MemberData(nameof(Mismatches))]
    public void An_orchestrator_that_does_not_repeat_its_history_fails(string mismatch)
    {
        var past = mismatch switch
        {
            "other name" => Scheduled(0, "B"),
            "other kind" => TimerCreated(0),
            "nothing asked" => Scheduled(1, "A"),
            "other id" => Scheduled(-5, "A"),
            "timer" => TimerCreated(7),
            "child" => ChildCreated(0, "A"),
            _ => Sent(0, "A"),
        };

        var completion = Run(async context => await context.CallActivityAsync<int>("A"), [Turn(), Started("Main"), past], Turn(1)).Completion()!;

        Assert.Equal(OrchestrationStatus.Failed, completion.OrchestrationStatus);
        Assert.Equal(NonDeterministic, completion.FailureDetails.ErrorType);
        Assert.Contains("Non-deterministic orchestrator", completion.Result, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_may_differ_in_case()
    {
        var result = Run(
            async context => await context.CallActivityAsync<int>("a"), [Turn(), Started("Main"), Scheduled(0, "A")], Turn(1), Completed(0, "1"));

        Assert.Equal("1", result.Completion()!.Result);
    }

    [Fact]
    public void A_second_start_in_a_history_is_an_error()
    {
        var completion = Run(async context => await context.CallActivityAsync<int>("A"), Turn(), Started("Main"), Started("Main")).Completion()!;

        Assert.Equal(NonDeterministic, completion.FailureDetails.ErrorType);
    }

    [Fact]
    public void Answers_that_come_twice_or_to_nobody_are_ignored()
    {
        var result = Run(
            async context =>
            {
                var first = await context.CallActivityAsync<int>("A");
                return first + await context.CallActivityAsync<int>("A");
            },
            [Turn(), Started("Main"), Scheduled(0, "A"), Turn(1), Completed(0, "1"), Scheduled(1, "A")],
            Turn(2),
            Completed(0, "50"),
            Failed(99),
            Fired(1),
            Completed(1, "2"));

        Assert.Equal("3", result.Completion()!.Result);
    }

    [Fact]
    public void Events_of_no_meaning_here_are_ignored()
    {
        var result = Run(
            async context => await context.CallActivityAsync<int>("A"),
            [new HistoryEvent(), Turn(), Started("Main"), Scheduled(0, "A"), new HistoryEvent { OrchestratorCompleted = new OrchestratorCompletedEvent() }],
            new HistoryEvent { GenericEvent = new GenericEvent { Data = "x" } },
            Turn(1),
            Completed(0, "4"));

        Assert.Equal("4", result.Completion()!.Result);
    }

    [Fact]
    public void An_unknown_orchestrator_fails_with_the_names_that_are_known()
    {
        var completion = Run(_ => Task.FromResult<object?>(null), Turn(), Started("Mian")).Completion()!;

        Assert.Contains("'Mian' is not registered (known: Main)", completion.Result, StringComparison.Ordinal);
    }

    [Fact]
    public void Awaiting_something_foreign_fails_the_orchestration()
    {
        var never = new TaskCompletionSource<int>();

        var completion = Run(async _ => await never.Task, Turn(), Started("Main")).Completion()!;

        Assert.Contains("not of its context", completion.Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task User_code_never_runs_outside_a_turn()
    {
        var foreign = new TaskCompletionSource<int>();
        var ranOn = false;
        var execution = Execution(Registry(async context =>
        {
            var activity = context.CallActivityAsync<int>("A");
            await Task.WhenAny(activity, foreign.Task);
            ranOn = true;
            return null;
        }));
        execution.Run([Turn(), Started("Main")]);

        await Task.Run(() => foreign.SetResult(1), TestContext.Current.CancellationToken);

        Assert.False(ranOn);
        Assert.Contains("not of its context", execution.Run([Turn(1), Completed(0, "1")]).Completion()!.Result, StringComparison.Ordinal);
        Assert.False(ranOn);
    }

    [Fact]
    public async Task The_context_refuses_to_be_used_outside_a_turn()
    {
        OrchestrationContext? escaped = null;
        Run(
            context =>
            {
                escaped = context;
                return context.CallActivityAsync<object?>("A");
            },
            Turn(),
            Started("Main"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => escaped!.CallActivityAsync("B"));
    }

    [Fact]
    public void Yielding_and_continuations_stay_in_the_turn()
    {
        var thread = Environment.CurrentManagedThreadId;
        var result = Run(
            async context =>
            {
                await Task.Yield();
                var activity = context.CallActivityAsync<int>("A");
                var continued = await activity.ContinueWith(done => done.Result + Environment.CurrentManagedThreadId, TaskScheduler.Current);
                return continued;
            },
            [Turn(), Started("Main"), Scheduled(0, "A")],
            Turn(1),
            Completed(0, "1000000"));

        Assert.Equal($"{1000000 + thread}", result.Completion()!.Result);
    }
}
