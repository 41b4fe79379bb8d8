using FunctionsEval.Durable.Protocol;

namespace FunctionsEval.Durable.Executor;

/// <summary>How an execution ends.</summary>
public sealed partial class OrchestrationExecution
{
    private void CompleteWhenDone()
    {
        if (_completion is not null || _userTask is not { IsCompleted: true } task)
        {
            return;
        }

        if (!task.IsCompletedSuccessfully)
        {
            Fail(task.Exception?.InnerException ?? new TaskCanceledException(task), keepActions: true);
        }
        else if (_context!.Continuation is var (input, preserveEvents))
        {
            _completion = new CompleteOrchestrationAction { OrchestrationStatus = OrchestrationStatus.ContinuedAsNew, Result = input };
            if (preserveEvents)
            {
                _completion.CarryoverEvents.AddRange(_events.Unprocessed());
            }
        }
        else
        {
            _completion = new CompleteOrchestrationAction
            {
                OrchestrationStatus = OrchestrationStatus.Completed,
                Result = converter.Serialize(task.Result),
            };
        }
    }

    private void Terminate(ExecutionTerminatedEvent terminated)
    {
        // A termination that comes in the turn that continues as new must not be lost with the old execution.
        if (_completion is null or { OrchestrationStatus: OrchestrationStatus.ContinuedAsNew })
        {
            _completion = new CompleteOrchestrationAction { OrchestrationStatus = OrchestrationStatus.Terminated, Result = terminated.Input };
        }
    }

    private void Fail(Exception exception, bool keepActions = false)
    {
        if (_completion is not null && exception is not NonDeterministicOrchestrationException)
        {
            return;
        }

        var details = TaskFailureDetails.FromException(exception).ToProtocol();
        if (exception is NonDeterministicOrchestrationException)
        {
            details.ErrorType = NonDeterministicOrchestrationException.ReportedType;
        }

        // Actions that a broken history or a foreign await left behind were not meant by the orchestrator; those made before it threw were.
        _actionsAreVoid = !keepActions;
        _completion = new CompleteOrchestrationAction
        {
            OrchestrationStatus = OrchestrationStatus.Failed,
            Result = exception.Message,
            FailureDetails = details,
        };
    }

    private void FailWhenStuck()
    {
        if (_completion is null && _userTask is not null && !IsSuspended && (_turn.HasForeignWork || !_context!.IsWaiting))
        {
            Fail(Foreign());
        }
    }

    private static InvalidOperationException Foreign() => new(
        "The orchestrator awaits something that is not of its context (real I/O, Task.Delay, Task.Run, ConfigureAwait(false)). Move it into an activity.");

    private IReadOnlyList<OrchestratorAction> TakeActions()
    {
        if (_completionTaken || (IsSuspended && _completion is null) || !HasStarted && _completion is null)
        {
            return [];
        }

        if (_completion is null)
        {
            return _context!.Pending.TakeAll();
        }

        _completionTaken = true;
        if (_completion.OrchestrationStatus == OrchestrationStatus.ContinuedAsNew)
        {
            _completion.CarryoverEvents.AddRange(_late);
        }

        // Actions that were held back by a suspension end with it: a terminated instance starts nothing more.
        var complete = new OrchestratorAction { Id = _context?.Pending.NextId ?? 0, CompleteOrchestration = _completion };
        return _context is null || _actionsAreVoid || IsSuspended ? [complete] : [.. _context.Pending.TakeAll(), complete];
    }
}
