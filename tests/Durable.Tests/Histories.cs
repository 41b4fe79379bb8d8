using FunctionsEval.Durable.Executor;
using FunctionsEval.Durable.Protocol;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.Durable.Tests;

/// <summary>Histories in few words.</summary>
internal static class Histories
{
    public static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static readonly JsonDataConverter Json = new(System.Text.Json.JsonSerializerOptions.Web);

    public static HistoryEvent Turn(double seconds = 0) => New(new HistoryEvent { OrchestratorStarted = new OrchestratorStartedEvent() }, seconds);

    public static HistoryEvent Started(string name, string? input = null, string executionId = "0123456789abcdef") => New(new HistoryEvent
    {
        ExecutionStarted = new ExecutionStartedEvent
        {
            Name = name,
            Input = input,
            OrchestrationInstance = new OrchestrationInstance { InstanceId = "instance", ExecutionId = executionId },
        },
    });

    public static HistoryEvent Scheduled(int id, string name) =>
        New(new HistoryEvent { TaskScheduled = new TaskScheduledEvent { Name = name } }, id: id);

    public static HistoryEvent Completed(int id, string? result = null) =>
        New(new HistoryEvent { TaskCompleted = new TaskCompletedEvent { TaskScheduledId = id, Result = result } });

    public static HistoryEvent Failed(int id, string type = "System.InvalidOperationException", string message = "broken", bool isNonRetriable = false) =>
        New(new HistoryEvent
        {
            TaskFailed = new TaskFailedEvent
            {
                TaskScheduledId = id,
                FailureDetails = new Protocol.TaskFailureDetails { ErrorType = type, ErrorMessage = message, IsNonRetriable = isNonRetriable },
            },
        });

    public static HistoryEvent TimerCreated(int id, double seconds = 0) =>
        New(new HistoryEvent { TimerCreated = new TimerCreatedEvent { FireAt = At(seconds) } }, id: id);

    public static HistoryEvent Fired(int id) => New(new HistoryEvent { TimerFired = new TimerFiredEvent { TimerId = id } });

    public static HistoryEvent ChildCreated(int id, string name, string instanceId = "child") => New(
        new HistoryEvent { SubOrchestrationInstanceCreated = new SubOrchestrationInstanceCreatedEvent { Name = name, InstanceId = instanceId } }, id: id);

    public static HistoryEvent ChildFailed(int id) => New(new HistoryEvent
    {
        SubOrchestrationInstanceFailed = new SubOrchestrationInstanceFailedEvent { TaskScheduledId = id },
    });

    public static HistoryEvent Raised(string name, string? input = null) =>
        New(new HistoryEvent { EventRaised = new EventRaisedEvent { Name = name, Input = input } });

    public static HistoryEvent Sent(int id, string name) =>
        New(new HistoryEvent { EventSent = new EventSentEvent { InstanceId = "other", Name = name } }, id: id);

    public static HistoryEvent Suspended() => New(new HistoryEvent { ExecutionSuspended = new ExecutionSuspendedEvent() });

    public static HistoryEvent Resumed() => New(new HistoryEvent { ExecutionResumed = new ExecutionResumedEvent() });

    public static HistoryEvent Terminated(string? output = null) =>
        New(new HistoryEvent { ExecutionTerminated = new ExecutionTerminatedEvent { Input = output } });

    public static OrchestrationExecution Execution(DurableTaskRegistry registry) => new(registry, Json, NullLoggerFactory.Instance, "instance");

    public static DurableTaskRegistry Registry(Func<OrchestrationContext, Task<object?>> orchestrator) =>
        new DurableTaskRegistry().AddOrchestrator("Main", orchestrator);

    /// <summary>Runs one turn over a past.</summary>
    public static TurnResult Run(Func<OrchestrationContext, Task<object?>> orchestrator, HistoryEvent[] past, params HistoryEvent[] added)
    {
        var execution = Execution(Registry(orchestrator));
        execution.Replay(past);
        return execution.Run(added);
    }

    public static TurnResult Run(Func<OrchestrationContext, Task<object?>> orchestrator, params HistoryEvent[] added) => Run(orchestrator, [], added);

    public static CompleteOrchestrationAction? Completion(this TurnResult result) =>
        result.Actions.SingleOrDefault(action => action.CompleteOrchestration is not null)?.CompleteOrchestration;

    private static HistoryEvent New(HistoryEvent historyEvent, double seconds = 0, int id = -1)
    {
        historyEvent.EventId = id;
        historyEvent.Timestamp = At(seconds);
        return historyEvent;
    }

    private static Timestamp At(double seconds) => Timestamp.FromDateTime(Start.AddSeconds(seconds));
}
