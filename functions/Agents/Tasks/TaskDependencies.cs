using System.Globalization;

namespace FunctionsEval.Agents.Tasks;

/// <summary>Who waits for whom among open tasks.</summary>
internal sealed class TaskDependencies
{
    /// <summary>No more than these are counted: of ten thousand tasks in a row each would count all behind it.</summary>
    public const int MaxCounted = 100;

    private readonly Dictionary<string, AgentTask> _open;
    private readonly Dictionary<string, List<string>> _waiting = new(StringComparer.Ordinal);

    public TaskDependencies(IEnumerable<AgentTask> open)
    {
        _open = open.ToDictionary(task => task.TaskId, StringComparer.Ordinal);
        foreach (var task in _open.Values)
        {
            foreach (var dependency in DependenciesOf(task.TaskId))
            {
                if (!_waiting.TryGetValue(dependency, out var waiting))
                {
                    _waiting[dependency] = waiting = [];
                }

                waiting.Add(task.TaskId);
            }
        }
    }

    /// <summary>Those that were asked for, the most urgent first.</summary>
    public static IEnumerable<AgentTask> ByPriority(IEnumerable<AgentTask> some) =>
        some.Where(task => task.Request is not null).OrderBy(task => task.Request!.Priority).ThenBy(task => task.TaskId, StringComparer.Ordinal);

    /// <summary>What <see cref="CountWaiting"/> gives, in words.</summary>
    public static string Counted(int waiting) => waiting switch
    {
        1 => "1 task",
        MaxCounted => string.Create(CultureInfo.InvariantCulture, $"{waiting} tasks or more"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{waiting} tasks"),
    };

    /// <summary>How many wait for a task, directly or not, up to <see cref="MaxCounted"/>.</summary>
    public int CountWaiting(string taskId)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { taskId };
        var next = new Queue<string>([taskId]);
        while (next.TryDequeue(out var id))
        {
            foreach (var waiting in _waiting.GetValueOrDefault(id) ?? [])
            {
                if (seen.Add(waiting))
                {
                    next.Enqueue(waiting);
                }

                if (seen.Count > MaxCounted)
                {
                    return MaxCounted;
                }
            }
        }

        return seen.Count - 1;
    }

    /// <summary>By each task that others wait for, directly or not, the first of those others in the order that is given.</summary>
    public IReadOnlyDictionary<string, AgentTask> FirstWaiting(IEnumerable<AgentTask> inOrder)
    {
        var first = new Dictionary<string, AgentTask>(StringComparer.Ordinal);
        foreach (var task in inOrder)
        {
            // What is behind a task that has its first one already has it too.
            var next = new Stack<string>([task.TaskId]);
            while (next.TryPop(out var id))
            {
                foreach (var dependency in DependenciesOf(id).Where(dependency => _open.ContainsKey(dependency) && first.TryAdd(dependency, task)))
                {
                    next.Push(dependency);
                }
            }
        }

        return first;
    }

    /// <summary>One cycle of each set of tasks that wait for each other, from its smallest id on.</summary>
    public IEnumerable<IReadOnlyList<string>> Cycles() =>
        Knots().Select(knot => CycleIn(knot, knot.Min(StringComparer.Ordinal)!)).OfType<IReadOnlyList<string>>().OrderBy(cycle => cycle[0], StringComparer.Ordinal);

    /// <summary>Sets of tasks each of which leads to all others (strongly connected components; Tarjan 1972, doi:10.1137/0201010), without recursion.</summary>
    private IEnumerable<HashSet<string>> Knots()
    {
        var (number, lowest, path) = (new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal), new Stack<string>());
        var onPath = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in _open.Keys.Where(id => !number.ContainsKey(id)))
        {
            var calls = new Stack<(string Id, IEnumerator<string> Left)>();
            Enter(start);
            while (calls.TryPeek(out var call))
            {
                if (call.Left.MoveNext())
                {
                    var next = call.Left.Current;
                    if (!number.TryGetValue(next, out var its))
                    {
                        Enter(next);
                    }
                    else if (onPath.Contains(next))
                    {
                        lowest[call.Id] = Math.Min(lowest[call.Id], its);
                    }

                    continue;
                }

                calls.Pop();
                if (calls.TryPeek(out var caller))
                {
                    lowest[caller.Id] = Math.Min(lowest[caller.Id], lowest[call.Id]);
                }

                if (lowest[call.Id] == number[call.Id])
                {
                    var knot = new HashSet<string>(StringComparer.Ordinal);
                    while (!knot.Contains(call.Id))
                    {
                        knot.Add(path.Peek());
                        onPath.Remove(path.Pop());
                    }

                    yield return knot;
                }
            }

            void Enter(string id)
            {
                number[id] = lowest[id] = number.Count;
                path.Push(id);
                onPath.Add(id);
                calls.Push((id, DependenciesOf(id).Where(_open.ContainsKey).GetEnumerator()));
            }
        }
    }

    /// <summary>The shortest way within a set from a task back to it; null where there is none.</summary>
    private List<string>? CycleIn(HashSet<string> knot, string start)
    {
        var cameFrom = new Dictionary<string, string>(StringComparer.Ordinal);
        var next = new Queue<string>([start]);
        while (next.TryDequeue(out var id))
        {
            foreach (var dependency in DependenciesOf(id).Where(knot.Contains))
            {
                if (dependency == start)
                {
                    var way = new List<string> { id };
                    while (way[^1] != start)
                    {
                        way.Add(cameFrom[way[^1]]);
                    }

                    way.Reverse();
                    return way;
                }

                if (cameFrom.TryAdd(dependency, id))
                {
                    next.Enqueue(dependency);
                }
            }
        }

        return null;
    }

    private IEnumerable<string> DependenciesOf(string taskId) => _open[taskId].Request?.DependsOn ?? [];
}
