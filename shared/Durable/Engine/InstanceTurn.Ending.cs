using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Executor;
using FunctionsEval.Durable.Protocol;

namespace FunctionsEval.Durable.Engine;

/// <summary>What becomes of an execution: it goes on, it has ended, or another one takes its place.</summary>
internal sealed partial class InstanceTurn
{
    private void Finish(CompleteOrchestrationAction? completion)
    {
        if (completion is null)
        {
            _state = _state! with { Status = Execution!.IsSuspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Running };
            return;
        }

        HasFinished = EndsExecution = true;
        _state = _state! with
        {
            Status = (OrchestrationRuntimeStatus)completion.OrchestrationStatus,
            Output = completion.Result,
            FailureDetails = completion.FailureDetails?.FromProtocol(),
            CompletedAt = _time.ToDateTimeOffset(),
        };
        Execution = null;
        if (_mustTellChildren && completion.OrchestrationStatus == OrchestrationStatus.Terminated)
        {
            TerminateChildren(completion.Result);
        }

        children.Clear();
    }

    private void TerminateChildren(string? reason)
    {
        foreach (var (taskId, childId) in children)
        {
            var action = new OrchestratorAction
            {
                // Ids of actions are zero or more: below that nothing can clash.
                Id = -1 - taskId,
                TerminateOrchestration = new TerminateOrchestrationAction { InstanceId = childId, Reason = reason, Recurse = true },
            };
            Effects.Add((_state!.ExecutionId, action));
            outbox.Add(_state.ExecutionId, action);
        }
    }

    private List<HistoryEvent> ContinueAsNew(CompleteOrchestrationAction completion)
    {
        EndsExecution = true;
        var started = ActionEvents.New(_time);
        started.ExecutionStarted = new ExecutionStartedEvent
        {
            Name = _state!.Name,
            Version = completion.NewVersion ?? _state.Version,
            Input = completion.Result,
            OrchestrationInstance = new OrchestrationInstance { InstanceId = instance.Id, ExecutionId = engine.NewExecutionId() },
            ParentInstance = _state.Parent?.ToProtocol(),
        };
        _state = _state with
        {
            ExecutionId = started.ExecutionStarted.OrchestrationInstance.ExecutionId,
            Version = started.ExecutionStarted.Version,
            Input = completion.Result,
            FirstCommit = _state.NextCommit,
        };
        Execution = engine.NewExecution(instance.Id);
        children.Clear();
        _history.Clear();

        // A chain that never waits must still hear a termination.
        List<HistoryEvent> inputs = [started, .. completion.CarryoverEvents];
        inputs.AddRange(instance.TakeWaiting().Select(Accept).OfType<HistoryEvent>());
        return inputs;
    }
}
