using FunctionsEval.Runs.Budget;

namespace FunctionsEval.Planning;

/// <summary>The time in which a run was worked on: that of its cells taken together. Nights between a run and its extension, pauses and
/// crashes are no work; a shorter gap is, for limits by the minute make calls wait that long.</summary>
internal sealed class WorkedTime
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _cells = [];

    // A conversation that was taken up after a crash began before it; no process works on one for longer than its ceiling.
    public void Add(DateTimeOffset from, DateTimeOffset to) => _cells.Add((to - from > CellCalls.Ceiling ? to - CellCalls.Ceiling : from, to));

    /// <summary>Null without a cell.</summary>
    public TimeSpan? Total()
    {
        if (_cells.Count == 0)
        {
            return null;
        }

        _cells.Sort();
        var (total, (from, to)) = (TimeSpan.Zero, _cells[0]);
        foreach (var cell in _cells)
        {
            if (cell.From - to > LongestWait)
            {
                total += to - from;
                (from, to) = cell;
            }

            to = cell.To > to ? cell.To : to;
        }

        return total + (to - from);
    }
}
