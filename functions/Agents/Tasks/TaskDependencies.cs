namespace FunctionsEval.Agents.Tasks;

/// <summary>Who waits for whom among open tasks.</summary>
internal sealed class TaskDependencies
{
    public const int MaxWaiting = 1_000;

    private readonly Dictionary<string, AgentTask> _open;
    private readonly Dictionary<string, List<AgentTask>> _waiting = new(StringComparer.Ordinal);

    public TaskDependencies(IEnumerable<AgentTask> open)
    {
        _open = open.ToDictionary(task => task.TaskId, StringComparer.Ordinal);
        foreach (var task in _open.Values)
        {
            foreach (var dependency in DependenciesOf(task))
            {
                if (!_waiting.TryGetValue(dependency, out var waiting))
                {
                    _waiting[dependency] = waiting = [];
                }

                waiting.Add(task);
            }
        }
    }

    /// <summary>Those that wait for a task, directly or not; no more than <see cref="MaxWaiting"/> of them are looked for.</summary>
    public IReadOnlyList<AgentTask> WaitingFor(string taskId)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { taskId };
        var found = new List<AgentTask>();
        var next = new Queue<string>([taskId]);
        while (found.Count < MaxWaiting && next.TryDequeue(out var id))
        {
            foreach (var task in _waiting.GetValueOrDefault(id) ?? [])
            {
                if (seen.Add(task.TaskId))
                {
                    found.Add(task);
                    next.Enqueue(task.TaskId);
                }
            }
        }

        return found;
    }

    /// <summary>One cycle of each set of tasks that wait for each other, beginning with its smallest id.</summary>
    public IEnumerable<IReadOnlyList<string>> Cycles()
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in _open.Keys.Order(StringComparer.Ordinal))
        {
            // Each task has a first open dependency that is not done; following those ends, or comes round.
            var way = new List<string>();
            for (var id = start; id is not null && !done.Contains(id); id = DependenciesOf(_open[id]).FirstOrDefault(next => _open.ContainsKey(next) && !done.Contains(next)))
            {
                var at = way.IndexOf(id);
                if (at >= 0)
                {
                    var cycle = way.Skip(at).ToList();
                    var smallest = cycle.IndexOf(cycle.Min(StringComparer.Ordinal)!);
                    yield return [.. cycle.Skip(smallest), .. cycle.Take(smallest)];
                    break;
                }

                way.Add(id);
            }

            done.UnionWith(way);
        }
    }

    private static IEnumerable<string> DependenciesOf(AgentTask task) => task.Request?.DependsOn ?? [];
}
