namespace FunctionsEval.Durable;

/// <summary>The orchestrators and activities of a program by name; names ignore case.</summary>
public sealed class DurableTaskRegistry
{
    private readonly Dictionary<string, Func<OrchestrationContext, Task<object?>>> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ActivityInvoker> _activities = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Runs an activity on JSON text.</summary>
    internal delegate ValueTask<string?> ActivityInvoker(
        ActivityContext context, string? input, JsonDataConverter converter, CancellationToken cancellationToken);

    public IReadOnlyCollection<string> OrchestratorNames => _orchestrators.Keys;

    public IReadOnlyCollection<string> ActivityNames => _activities.Keys;

    public DurableTaskRegistry AddOrchestrator(string name, Func<OrchestrationContext, Task<object?>> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        Add(_orchestrators, "orchestrator", name, orchestrator);
        return this;
    }

    public DurableTaskRegistry AddOrchestrator<TInput, TOutput>(string name, Func<OrchestrationContext, TInput, Task<TOutput>> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(name, async context => await orchestrator(context, context.GetInput<TInput>()!));
    }

    public DurableTaskRegistry AddActivity<TInput, TOutput>(string name, Func<ActivityContext, TInput, CancellationToken, Task<TOutput>> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        Add(_activities, "activity", name, async (context, input, converter, cancellationToken) =>
            converter.Serialize(await activity(context, converter.Deserialize<TInput>(input)!, cancellationToken)));
        return this;
    }

    /// <summary>Runs a registered activity on JSON text; for hosts that get activity calls from outside.</summary>
    public async Task<string?> RunActivityAsync(ActivityContext context, string? input, JsonDataConverter converter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(converter);
        var activity = FindActivity(context.Name)
            ?? throw new ArgumentException($"Activity '{context.Name}' is not registered (known: {string.Join(", ", ActivityNames)}).", nameof(context));
        return await activity(context, input, converter, cancellationToken);
    }

    internal Func<OrchestrationContext, Task<object?>>? FindOrchestrator(string name) => _orchestrators.GetValueOrDefault(name);

    internal ActivityInvoker? FindActivity(string name) => _activities.GetValueOrDefault(name);

    private static void Add<T>(Dictionary<string, T> tasks, string kind, string name, T task)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.StartsWith('@') || !tasks.TryAdd(name, task))
        {
            throw new ArgumentException($"The {kind} name '{name}' is taken already or starts with '@'.", nameof(name));
        }
    }
}
