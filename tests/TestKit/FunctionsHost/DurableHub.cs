using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.DurableTask.Protobuf;

namespace FunctionsEval.TestKit.FunctionsHost;

/// <summary>
/// The Durable extension of the host: histories in memory, a turn of an orchestrator for what has come since the last one, activities as
/// functions of the worker. An activity whose worker goes away fails, a turn is repeated.
/// </summary>
public sealed class DurableHub(FunctionsHost host)
{
    private readonly ConcurrentDictionary<string, Instance> _instances = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _activities = new(64);

    /// <summary>Whatever went wrong in the hub itself.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Names of the activities that were started, in order.</summary>
    public ConcurrentQueue<string> Activities { get; } = new();

    /// <summary>Data of a binding that is a durable client.</summary>
    public JsonObject Client => new() { ["string"] = $$"""{"rpcBaseUrl":"{{host.Address}}/","taskHubName":"FunctionsEval","connectionName":"AzureWebJobsStorage"}""" };

    /// <summary>Null for an orchestration that was never started.</summary>
    public OrchestrationStatus? StatusOf(string instanceId) => Fault is null ? _instances.GetValueOrDefault(instanceId)?.State.OrchestrationStatus : throw Fault;

    /// <summary>Answers a durable client.</summary>
    internal async Task AnswerAsync(HttpContext context)
    {
        var request = (await GrpcFrames.ReadAsync(context.Request.Body, context.RequestAborted))!;
        context.Response.ContentType = "application/grpc";
        if (Answer((string)context.GetRouteValue("method")!, request) is { } answer)
        {
            await GrpcFrames.WriteAsync(context.Response.Body, answer.ToByteArray(), context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", "0");
        }
        else
        {
            context.Response.AppendTrailer("grpc-status", "6");
            context.Response.AppendTrailer("grpc-message", "already exists");
        }
    }

    private IMessage? Answer(string method, byte[] request)
    {
        switch (method)
        {
            case "StartInstance":
                var start = CreateInstanceRequest.Parser.ParseFrom(request);
                return TryStart(start.InstanceId, start.Name, start.Input, null) ? new CreateInstanceResponse { InstanceId = start.InstanceId } : null;
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

    private bool TryStart(string id, string name, string? input, Action<HistoryEvent>? parent)
    {
        var instance = new Instance(name, parent, new OrchestrationState { InstanceId = id, Name = name, Input = input, CreatedTimestamp = Now(), LastUpdatedTimestamp = Now() });
        if (_instances.AddOrUpdate(id, instance, (_, known) => known.IsEnded ? instance : known) != instance)
        {
            return false;
        }

        Deliver(instance, Started(instance, input));
        return true;
    }

    private void Deliver(Instance instance, params IEnumerable<HistoryEvent> events)
    {
        lock (instance)
        {
            instance.Inbox.AddRange(events.Select(one => { one.Timestamp ??= Now(); return one; }));
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
            List<HistoryEvent> news;
            lock (instance)
            {
                if (instance.Inbox.Count == 0 || instance.IsEnded)
                {
                    instance.IsTurning = false;
                    return;
                }

                news = [new HistoryEvent { Timestamp = Now(), OrchestratorStarted = new() }, .. instance.Inbox];
                instance.Inbox.Clear();
            }

            var request = new OrchestratorRequest { InstanceId = instance.State.InstanceId, ExecutionId = instance.Execution, PastEvents = { instance.History }, NewEvents = { news } };
            InvocationEnd end;
            do
            {
                end = await host.InvokeAsync(instance.State.Name, ("context", new JsonObject { ["string"] = Convert.ToBase64String(request.ToByteArray()) }));
            }
            while (end.IsLost);
            var response = OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(end.Text ?? throw new InvalidOperationException(end.Error)));
            instance.History.AddRange(news);
            foreach (var action in response.Actions.Where(action => action.CompleteOrchestration is null))
            {
                instance.History.Add(Act(instance, instance.Execution, action));
            }

            instance.History.Add(new HistoryEvent { Timestamp = Now(), OrchestratorCompleted = new() });
            if (response.Actions.FirstOrDefault(action => action.CompleteOrchestration is not null)?.CompleteOrchestration is { } complete)
            {
                Complete(instance, complete);
            }
        }
    }

    /// <summary>Does what an orchestrator asked for, in the background; gives the event that says so.</summary>
    private HistoryEvent Act(Instance instance, string execution, OrchestratorAction action)
    {
        var created = new HistoryEvent { EventId = action.Id, Timestamp = Now() };
        if (action.ScheduleTask is { } task)
        {
            created.TaskScheduled = new TaskScheduledEvent { Name = task.Name, Input = task.Input };
            Run(async () => Answer(await ActivityAsync(task, action.Id)));
        }
        else if (action.CreateSubOrchestration is { } child)
        {
            created.SubOrchestrationInstanceCreated = new SubOrchestrationInstanceCreatedEvent { Name = child.Name, Input = child.Input, InstanceId = child.InstanceId };
            _ = TryStart(child.InstanceId, child.Name, child.Input, end => Answer(WithId(end, action.Id))) ? true : throw new InvalidOperationException($"{child.InstanceId} runs already.");
        }
        else if (action.CreateTimer is { } timer)
        {
            created.TimerCreated = new TimerCreatedEvent { FireAt = timer.FireAt };
            Run(async () =>
            {
                var left = timer.FireAt.ToDateTimeOffset() - TimeProvider.System.GetUtcNow();
                await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                Answer(new HistoryEvent { TimerFired = new TimerFiredEvent { FireAt = timer.FireAt, TimerId = action.Id } });
            });
        }

        return created;

        void Answer(HistoryEvent answer)
        {
            // What belongs to an execution that has gone on as new is not for the next one.
            if (instance.Execution == execution)
            {
                Deliver(instance, answer);
            }
        }
    }

    private async Task<HistoryEvent> ActivityAsync(ScheduleTaskAction task, int id)
    {
        await _activities.WaitAsync();
        Activities.Enqueue(task.Name);
        try
        {
            // An input is the only element of a list; the function gets it as JSON text.
            var binding = host.Functions[task.Name]["bindings"]!.AsObject().Single().Key;
            var end = await host.InvokeAsync(task.Name, (binding, new JsonObject { ["string"] = JsonNode.Parse(task.Input)![0]!.ToJsonString() }));
            return end.Succeeded
                ? new HistoryEvent { TaskCompleted = new TaskCompletedEvent { TaskScheduledId = id, Result = end.Json } }
                : new HistoryEvent { TaskFailed = new TaskFailedEvent { TaskScheduledId = id, FailureDetails = Failure(end) } };
        }
        finally
        {
            _activities.Release();
        }
    }

    private void Complete(Instance instance, CompleteOrchestrationAction complete)
    {
        if (complete.OrchestrationStatus == OrchestrationStatus.ContinuedAsNew)
        {
            lock (instance)
            {
                instance.Execution += "+";
                instance.History.Clear();
                instance.Inbox.InsertRange(0, [Started(instance, complete.Result), .. complete.CarryoverEvents]);
            }

            return;
        }

        (instance.State.Output, instance.State.FailureDetails, instance.State.OrchestrationStatus) = (complete.Result, complete.FailureDetails, complete.OrchestrationStatus);
        instance.Parent?.Invoke(complete.FailureDetails is { } failure
            ? new HistoryEvent { SubOrchestrationInstanceFailed = new SubOrchestrationInstanceFailedEvent { FailureDetails = failure } }
            : new HistoryEvent { SubOrchestrationInstanceCompleted = new SubOrchestrationInstanceCompletedEvent { Result = complete.Result } });
    }

    private void Run(Func<Task> work) => _ = Task.Run(async () =>
    {
        try
        {
            await work();
        }
        catch (Exception exception)
        {
            Fault ??= exception;
        }
    });

    private static HistoryEvent WithId(HistoryEvent end, int id)
    {
        _ = end.SubOrchestrationInstanceFailed is { } failed ? failed.TaskScheduledId = id : end.SubOrchestrationInstanceCompleted.TaskScheduledId = id;
        return end;
    }

    private static HistoryEvent Started(Instance instance, string? input) => new()
    {
        EventId = -1,
        Timestamp = Now(),
        ExecutionStarted = new ExecutionStartedEvent
        {
            Name = instance.State.Name,
            Input = input,
            OrchestrationInstance = new OrchestrationInstance { InstanceId = instance.State.InstanceId, ExecutionId = instance.Execution },
        },
    };

    // The worker's extension writes the failure of an activity into the message.
    private static TaskFailureDetails Failure(InvocationEnd end) => end.Error.StartsWith('{')
        ? JsonParser.Default.Parse<TaskFailureDetails>(end.Error)
        : new TaskFailureDetails { ErrorType = "WorkerProcessExitException", ErrorMessage = end.IsLost ? "The worker is gone." : end.Error };

    private static Timestamp Now() => TimeProvider.System.GetUtcNow().ToTimestamp();

    private sealed record Instance(string Name, Action<HistoryEvent>? Parent, OrchestrationState State)
    {
        public string Execution { get; set; } = "e";

        public List<HistoryEvent> History { get; } = [];

        public List<HistoryEvent> Inbox { get; } = [];

        public bool IsTurning { get; set; }

        public bool IsEnded => State.OrchestrationStatus is OrchestrationStatus.Completed or OrchestrationStatus.Failed or OrchestrationStatus.Terminated;
    }
}
