using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.DurableTask.Protobuf;

namespace FunctionsEval.TestKit.FunctionsHost;

/// <summary>
/// The Durable extension of the host: histories in memory, a turn of an orchestrator for what has come since the last one, activities as
/// functions of the worker. As there, an activity whose worker goes away fails, and a turn is repeated.
/// </summary>
public sealed class DurableHub(WorkerHost host)
{
    private readonly ConcurrentDictionary<string, Instance> _instances = new(StringComparer.Ordinal);
    private Exception? _fault;

    /// <summary>How often a client was told that there is an orchestration of that id already.</summary>
    public int Refusals { get; private set; }

    /// <summary>Data of a binding that is a durable client.</summary>
    public JsonObject Client => new() { ["string"] = $$"""{"rpcBaseUrl":"{{host.Address}}/","taskHubName":"FunctionsEval","connectionName":"AzureWebJobsStorage","maxGrpcMessageSizeInBytes":2147483647}""" };

    /// <summary>Null for an orchestration that was never started. Throws when the hub itself went wrong.</summary>
    public OrchestrationState? StateOf(string instanceId) => _fault is null ? _instances.GetValueOrDefault(instanceId)?.State : throw _fault;

    /// <summary>Fails an orchestration as a host does that was away for too long.</summary>
    public void Lose(string instanceId) => _instances[instanceId].State.OrchestrationStatus = OrchestrationStatus.Failed;

    internal async Task AnswerAsync(HttpContext context)
    {
        var request = await GrpcFrames.ReadAsync(context.Request.Body, context.RequestAborted);
        var answer = Answer((string)context.GetRouteValue("method")!, request!);
        context.Response.ContentType = "application/grpc";
        await GrpcFrames.WriteAsync(context.Response.Body, answer?.ToByteArray() ?? [], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", answer is null ? "6" : "0");
        Refusals += answer is null ? 1 : 0;
    }

    /// <summary>Answers a durable client; null when there is one of that id already.</summary>
    private IMessage? Answer(string method, byte[] request)
    {
        switch (method)
        {
            case "StartInstance":
                var start = CreateInstanceRequest.Parser.ParseFrom(request);
                return TryStart(start.InstanceId, start.Name, start.Input, _ => { }) ? new CreateInstanceResponse { InstanceId = start.InstanceId } : null;
            case "GetInstance":
                var instance = _instances.GetValueOrDefault(GetInstanceRequest.Parser.ParseFrom(request).InstanceId);
                return new GetInstanceResponse { Exists = instance is not null, OrchestrationState = instance?.State };
            case "RaiseEvent":
                var raised = RaiseEventRequest.Parser.ParseFrom(request);
                Deliver(_instances[raised.InstanceId], new HistoryEvent { EventRaised = new EventRaisedEvent { Name = raised.Name, Input = raised.Input } });
                return new RaiseEventResponse();
            default:
                throw new NotSupportedException(method);
        }
    }

    private bool TryStart(string id, string name, string? input, Action<CompleteOrchestrationAction> ended)
    {
        var instance = new Instance(ended, new OrchestrationState { InstanceId = id, Name = name, Input = input, CreatedTimestamp = Now(), LastUpdatedTimestamp = Now() });
        if (_instances.AddOrUpdate(id, instance, (_, known) => known.IsEnded ? instance : known) != instance)
        {
            return false;
        }

        Deliver(instance, instance.Started(input));
        return true;
    }

    private void Deliver(Instance instance, HistoryEvent arrived)
    {
        // Of two answers with a number of their own, 0 too, the second one is taken for a repetition.
        (arrived.EventId, arrived.Timestamp) = (-1, Now());
        lock (instance)
        {
            instance.Inbox.Add(arrived);
            if (!instance.IsTurning)
            {
                instance.IsTurning = true;
                Run(() => TurnAsync(instance));
            }
        }
    }

    private async Task TurnAsync(Instance instance)
    {
        while (true)
        {
            var turn = new OrchestratorRequest { InstanceId = instance.State.InstanceId, ExecutionId = instance.Execution, PastEvents = { instance.History } };
            lock (instance)
            {
                if (instance.Inbox.Count == 0 || instance.IsEnded)
                {
                    instance.IsTurning = false;
                    return;
                }

                turn.NewEvents.AddRange([new HistoryEvent { Timestamp = Now(), OrchestratorStarted = new() }, .. instance.Inbox]);
                instance.Inbox.Clear();
            }

            InvocationEnd end;
            while ((end = await host.InvokeAsync(instance.State.Name, new JsonObject { ["context"] = new JsonObject { ["string"] = turn.ToByteString().ToBase64() } })).IsLost)
            {
            }

            var response = OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(end.Text ?? throw new InvalidOperationException(end.Error)));
            instance.History.AddRange(turn.NewEvents);
            instance.History.AddRange(response.Actions.Where(action => action.CompleteOrchestration is null).Select(action => Act(instance, action)));
            instance.History.Add(new HistoryEvent { Timestamp = Now(), OrchestratorCompleted = new() });
            if (response.Actions.LastOrDefault()?.CompleteOrchestration is { } complete)
            {
                instance.Complete(complete);
            }
        }
    }

    /// <summary>Does what an orchestrator asked for, in the background; gives the event that says so.</summary>
    private HistoryEvent Act(Instance instance, OrchestratorAction action)
    {
        var created = new HistoryEvent { EventId = action.Id, Timestamp = Now() };
        if (action.ScheduleTask is { } task)
        {
            created.TaskScheduled = new TaskScheduledEvent { Name = task.Name, Input = task.Input };
            Run(async () => Answer(await CallAsync(task, action.Id)));
        }
        else if (action.CreateSubOrchestration is { } child)
        {
            created.SubOrchestrationInstanceCreated = new SubOrchestrationInstanceCreatedEvent { Name = child.Name, Input = child.Input, InstanceId = child.InstanceId };
            _ = TryStart(child.InstanceId, child.Name, child.Input, end => Answer(end.FailureDetails is null
                ? new HistoryEvent { SubOrchestrationInstanceCompleted = new SubOrchestrationInstanceCompletedEvent { TaskScheduledId = action.Id, Result = end.Result } }
                : new HistoryEvent { SubOrchestrationInstanceFailed = new SubOrchestrationInstanceFailedEvent { TaskScheduledId = action.Id, FailureDetails = end.FailureDetails } }))
                ? true : throw new InvalidOperationException($"{child.InstanceId} runs already.");
        }
        else if (action.CreateTimer is { } timer)
        {
            created.TimerCreated = new TimerCreatedEvent { FireAt = timer.FireAt };
            Run(async () =>
            {
                await Task.Delay(TimeSpan.FromTicks(Math.Max(0, (timer.FireAt - Now()).ToTimeSpan().Ticks)));
                Answer(new HistoryEvent { TimerFired = new TimerFiredEvent { FireAt = timer.FireAt, TimerId = action.Id } });
            });
        }

        return created;

        void Answer(HistoryEvent answer) => Deliver(instance, answer);
    }

    /// <summary>An input is the only element of a list; the function gets it as JSON text. The worker writes a failure into its message.</summary>
    private async Task<HistoryEvent> CallAsync(ScheduleTaskAction task, int id)
    {
        var (binding, _) = host.Functions[task.Name]["bindings"]!.AsObject().Single();
        var end = await host.InvokeAsync(task.Name, new JsonObject { [binding] = new JsonObject { ["string"] = JsonNode.Parse(task.Input)![0]!.ToJsonString() } });
        var failure = end.Error.StartsWith('{') ? JsonParser.Default.Parse<TaskFailureDetails>(end.Error) : new TaskFailureDetails { ErrorMessage = $"The worker is gone. {end.Error}" };
        return end.Succeeded
            ? new HistoryEvent { TaskCompleted = new TaskCompletedEvent { TaskScheduledId = id, Result = end.Json } }
            : new HistoryEvent { TaskFailed = new TaskFailedEvent { TaskScheduledId = id, FailureDetails = failure } };
    }

    private void Run(Func<Task> work) => _ = Task.Run(work).ContinueWith(
        failed => _fault ??= failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private static Timestamp Now() => TimeProvider.System.GetUtcNow().ToTimestamp();

    private sealed class Instance(Action<CompleteOrchestrationAction> ended, OrchestrationState state)
    {
        public OrchestrationState State => state;

        public string Execution { get; private set; } = "e";

        public List<HistoryEvent> History { get; } = [];

        public List<HistoryEvent> Inbox { get; } = [];

        public bool IsTurning { get; set; }

        public bool IsEnded => State.OrchestrationStatus != OrchestrationStatus.Running;

        public HistoryEvent Started(string? input)
        {
            var self = new OrchestrationInstance { InstanceId = State.InstanceId, ExecutionId = Execution };
            return new HistoryEvent { EventId = -1, Timestamp = Now(), ExecutionStarted = new ExecutionStartedEvent { Name = State.Name, Input = input, OrchestrationInstance = self } };
        }

        public void Complete(CompleteOrchestrationAction complete)
        {
            if (complete.OrchestrationStatus != OrchestrationStatus.ContinuedAsNew)
            {
                (State.Output, State.FailureDetails, State.OrchestrationStatus) = (complete.Result, complete.FailureDetails, complete.OrchestrationStatus);
                ended(complete);
                return;
            }

            lock (this)
            {
                Execution += "+";
                History.Clear();
                Inbox.InsertRange(0, [Started(complete.Result), .. complete.CarryoverEvents]);
            }
        }
    }
}
