using FunctionsEval.Durable.Protocol;

namespace FunctionsEval.Durable.Executor;

/// <summary>Something user code waits for. Completing it runs the waiting code at once, inside the turn.</summary>
internal interface IOpenTask
{
    OrchestratorAction.OrchestratorActionTypeOneofCase Kind { get; }

    void Complete(string? json);

    void Fail(TaskFailureDetails details);
}

internal sealed class OpenTask<T>(string name, int id, OrchestratorAction.OrchestratorActionTypeOneofCase kind, JsonDataConverter converter)
    : TaskCompletionSource<T>, IOpenTask
{
    public CancellationTokenRegistration Cancellation { get; set; }

    public OrchestratorAction.OrchestratorActionTypeOneofCase Kind => kind;

    public void Complete(string? json)
    {
        Cancellation.Dispose();
        T value;
        try
        {
            value = converter.Deserialize<T>(json)!;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            TrySetException(new InvalidOperationException($"The result of '{name}' (#{id}) is not a {typeof(T).Name}: {e.Message}", e));
            return;
        }

        TrySetResult(value);
    }

    public void Fail(TaskFailureDetails details)
    {
        Cancellation.Dispose();
        TrySetException(new TaskFailedException(name, id, details));
    }
}
