using FunctionsEval.Durable.Protocol;
using ActionKind = FunctionsEval.Durable.Protocol.OrchestratorAction.OrchestratorActionTypeOneofCase;

namespace FunctionsEval.Durable.Engine;

/// <summary>
/// Actions whose effect elsewhere is not known to be durable. Activities and children of a running execution can be told from its
/// history, so only what history does not show is stored.
/// </summary>
internal sealed class PendingOutbox
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string ExecutionId, int ActionId), OutboxMessage> _messages = [];
    private List<OutboxMessage> _done = [];

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _messages.Count == 0;
            }
        }
    }

    public void Add(string executionId, OrchestratorAction action)
    {
        lock (_lock)
        {
            _messages[(executionId, action.Id)] = new OutboxMessage { ExecutionId = executionId, Action = action };
        }
    }

    public void Remove(string executionId, int actionId)
    {
        lock (_lock)
        {
            if (_messages.Remove((executionId, actionId), out var message))
            {
                _done.Add(message);
            }
        }
    }

    public IReadOnlyList<OutboxMessage> ToStore(string currentExecutionId, bool isFinished)
    {
        lock (_lock)
        {
            return _messages.Count == 0
                ? []
                : [.. _messages.Values.Where(message => isFinished
                    || message.ExecutionId != currentExecutionId
                    || message.Action.OrchestratorActionTypeCase != ActionKind.CreateSubOrchestration)];
        }
    }

    /// <summary>What went out since the last call; once a commit without it is durable, its receiver may forget it.</summary>
    public IReadOnlyList<OutboxMessage> TakeDone()
    {
        lock (_lock)
        {
            if (_done.Count == 0)
            {
                return [];
            }

            var done = _done;
            _done = [];
            return done;
        }
    }
}
