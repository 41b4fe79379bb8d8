namespace FunctionsEval.Providers.Limits;

/// <summary>A change of the limit, for display: what it became and why.</summary>
public sealed record LimitChange(DateTimeOffset At, int Limit, double? CallsPerSecond, string Reason);

/// <summary>The newest changes of a limit; growth in a row counts as one. Not thread-safe.</summary>
internal sealed class LimitChanges
{
    private const int Kept = 64;

    private readonly Queue<LimitChange> _changes = new();
    private LimitChange? _growth;

    public void Add(LimitChange change)
    {
        if (change.Reason == CongestionControl.Grew)
        {
            _growth = change;
            return;
        }

        if (_growth is not null)
        {
            _changes.Enqueue(_growth);
            _growth = null;
        }

        _changes.Enqueue(change);
        while (_changes.Count >= Kept)
        {
            _changes.Dequeue();
        }
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<LimitChange> ToList() => _growth is null ? [.. _changes] : [.. _changes, _growth];
}
