using FunctionsEval.Durable.Protocol;

namespace FunctionsEval.Durable.Executor;

/// <summary>Events by name, ignoring case: first come, first served, on both sides.</summary>
internal sealed class ExternalEvents
{
    private readonly Dictionary<string, Slot> _slots = new(StringComparer.OrdinalIgnoreCase);
    private long _arrivals;

    public int WaiterCount { get; private set; }

    public void Raise(HistoryEvent raised)
    {
        var slot = SlotOf(raised.EventRaised.Name);
        if (slot.Waiters.First is { } first)
        {
            slot.Waiters.RemoveFirst();
            WaiterCount--;
            first.Value.Complete(raised.EventRaised.Input);
        }
        else
        {
            slot.Buffered.Enqueue((_arrivals++, raised));
        }
    }

    public bool TryTake(string name, out string? input)
    {
        if (_slots.TryGetValue(name, out var slot) && slot.Buffered.TryDequeue(out var buffered))
        {
            input = buffered.Raised.EventRaised.Input;
            return true;
        }

        input = null;
        return false;
    }

    public LinkedListNode<IOpenTask> Wait(string name, IOpenTask waiter)
    {
        WaiterCount++;
        return SlotOf(name).Waiters.AddLast(waiter);
    }

    public void Abandon(LinkedListNode<IOpenTask> waiter)
    {
        if (waiter.List is { } list)
        {
            list.Remove(waiter);
            WaiterCount--;
        }
    }

    /// <summary>What nobody has taken, in the order it came.</summary>
    public IEnumerable<HistoryEvent> Unprocessed() =>
        _slots.Values.SelectMany(slot => slot.Buffered).OrderBy(buffered => buffered.Arrival).Select(buffered => buffered.Raised);

    private Slot SlotOf(string name)
    {
        if (!_slots.TryGetValue(name, out var slot))
        {
            slot = new Slot();
            _slots.Add(name, slot);
        }

        return slot;
    }

    private sealed class Slot
    {
        public Queue<(long Arrival, HistoryEvent Raised)> Buffered { get; } = new();

        public LinkedList<IOpenTask> Waiters { get; } = new();
    }
}
