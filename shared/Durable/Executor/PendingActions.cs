using FunctionsEval.Durable.Protocol;

namespace FunctionsEval.Durable.Executor;

/// <summary>The actions that user code asked for and that history does not confirm yet. Ids count up from 0 over one execution.</summary>
internal sealed class PendingActions
{
    private readonly List<OrchestratorAction?> _actions = [];
    private int _firstId;
    private int _count;

    public int Count => _count;

    public int NextId => _firstId + _actions.Count;

    public void Add(OrchestratorAction action)
    {
        action.Id = NextId;
        _actions.Add(action);
        _count++;
    }

    /// <summary>Removes the action that a *-created event of history confirms; null when there is none of this id.</summary>
    public OrchestratorAction? Confirm(int id)
    {
        var index = id - _firstId;
        if (index < 0 || index >= _actions.Count || _actions[index] is not { } action)
        {
            return null;
        }

        _actions[index] = null;
        if (--_count == 0)
        {
            Clear();
        }

        return action;
    }

    public IReadOnlyList<OrchestratorAction> TakeAll()
    {
        if (_count == 0)
        {
            return [];
        }

        List<OrchestratorAction> taken = [.. _actions.OfType<OrchestratorAction>()];
        Clear();
        return taken;
    }

    public void Clear()
    {
        _firstId = NextId;
        _actions.Clear();
        _count = 0;
    }
}
