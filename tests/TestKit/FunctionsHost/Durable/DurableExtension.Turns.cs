using FunctionsEval.TestKit.FunctionsHost.Calls;

namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>One orchestrator call after the other for each instance, a bounded number of instances at a time.</summary>
public sealed partial class DurableExtension
{
    private static readonly TimeSpan AbandonDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Holds the lock.</summary>
    private void BeginTurn(Orchestration instance)
    {
        if (!instance.IsInTurn && instance.Inbox.Count > 0 && !instance.IsFinished)
        {
            instance.IsInTurn = true;
            _work.Start(cancellationToken => TurnAsync(instance, cancellationToken));
        }
    }

    private async Task TurnAsync(Orchestration instance, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            // A continued-as-new execution is called at once, within the same turn.
            while (await CallAsync(instance, cancellationToken))
            {
            }
        }
        finally
        {
            _turns.Release();
        }

        lock (_lock)
        {
            instance.IsInTurn = false;
            BeginTurn(instance);
        }
    }

    private async Task<bool> CallAsync(Orchestration instance, CancellationToken cancellationToken)
    {
        List<HistoryEvent> happened;
        lock (_lock)
        {
            happened = [new HistoryEvent.OrchestratorStarted { Time = _clock.GetUtcNow() }, .. instance.Inbox];
            instance.Inbox.Clear();
        }

        var ending = await AskAsync(instance, happened, cancellationToken);
        if (ending is TurnEnding.Abandoned)
        {
            await Task.Delay(AbandonDelay, _clock, cancellationToken);
        }

        lock (_lock)
        {
            switch (ending)
            {
                case TurnEnding.Abandoned:
                    instance.Inbox.InsertRange(0, happened.Skip(1));
                    return false;
                case TurnEnding.Broken(var output):
                    End(instance, OrchestrationStatus.Failed, output, failure: null);
                    return false;
                default:
                    return Apply(instance, happened, ((TurnEnding.Answered)ending).Response);
            }
        }
    }

    private async Task<TurnEnding> AskAsync(Orchestration instance, List<HistoryEvent> happened, CancellationToken cancellationToken)
    {
        var name = instance.Started.Name;
        if (!_orchestrators.TryGetValue(name, out var function))
        {
            return TurnEnding.Broken.Because(name, $"The function '{name}' doesn't exist, is disabled, or is not an orchestrator function.");
        }

        var request = new OrchestratorRequest(instance.InstanceId, [.. instance.History], happened);
        var call = new WrappedCall(function, [(function.Trigger.Name, request.ToBase64())], new BindingData());
        OrchestratorResponse? response = null;
        try
        {
            await _invoker.InvokeAsync(call, cancellationToken, result => response = Accepted(result));
            return new TurnEnding.Answered(response!);
        }
        catch (FunctionInvocationException e) when (e.InnerException is FailedOrchestratorException)
        {
            return new TurnEnding.Answered(response!);
        }
        catch (FunctionInvocationException e)
        {
            return TurnEnding.Broken.Because(name, e.InnerException!.Message);
        }
        catch (Exception e) when (e is SessionAbortedException or FunctionTimeoutException)
        {
            _log.Write($"Turn of '{instance.InstanceId}' abandoned: {e.Message}");
            return new TurnEnding.Abandoned();
        }

        OrchestratorResponse Accepted(WrappedResult result)
        {
            response = OrchestratorResponse.Parse(result.ReturnText);
            if (response.RequiresHistory)
            {
                throw new SessionAbortedException("The handler asked for the history.");
            }

            if (response.Completion is { Status: OrchestrationStatus.Failed } failed)
            {
                throw IsOutOfMemory(failed.Failure?.Inner)
                    ? new SessionAbortedException("The handler ran out of memory.")
                    : new FailedOrchestratorException(failed.Failure?.ErrorMessage ?? failed.Result ?? "");
            }

            return response;
        }
    }

    private static bool IsOutOfMemory(FailureDetails? failure) =>
        failure is not null && (failure.ErrorType == "System.OutOfMemoryException" || IsOutOfMemory(failure.Inner));

    /// <summary>The host shows the call of an orchestrator that failed as a failed call; a retry rule repeats it.</summary>
    private sealed class FailedOrchestratorException(string message) : InvalidOperationException(message);

    private sealed class SessionAbortedException(string message) : Exception(message);
}
