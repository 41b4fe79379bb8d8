using Microsoft.DurableTask;

namespace FunctionsEval.Local;

/// <summary>Orchestrators and activities by the names that orchestrators call them by. Inputs and results are handed over as they are.</summary>
internal sealed class LocalTasks
{
    private readonly Dictionary<string, Func<TaskOrchestrationContext, object?, Task<object?>>> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<object?, CancellationToken, Task<object?>>> _activities = new(StringComparer.OrdinalIgnoreCase);

    public LocalTasks AddOrchestrator<TInput, TOutput>(string name, Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator)
    {
        _orchestrators.Add(name, async (context, input) => await orchestrator(context, (TInput)input!));
        return this;
    }

    public LocalTasks AddActivity<TInput, TOutput>(string name, Func<TInput, CancellationToken, Task<TOutput>> activity)
    {
        _activities.Add(name, async (input, cancellationToken) => await activity((TInput)input!, cancellationToken));
        return this;
    }

    public LocalTasks AddActivity<TInput>(string name, Func<TInput, CancellationToken, Task> activity)
    {
        _activities.Add(name, async (input, cancellationToken) =>
        {
            await activity((TInput)input!, cancellationToken);
            return null;
        });
        return this;
    }

    public Func<TaskOrchestrationContext, object?, Task<object?>> Orchestrator(string name) => _orchestrators.GetValueOrDefault(name)
        ?? throw new InvalidOperationException($"There is no orchestrator '{name}'.");

    public Func<object?, CancellationToken, Task<object?>> Activity(string name) => _activities.GetValueOrDefault(name)
        ?? throw new InvalidOperationException($"There is no activity '{name}'.");
}
