namespace FunctionsEval.Storage.Sqlite;

/// <summary>One submission on its way to the writer, and the promise made to its caller.</summary>
internal abstract class SqliteWrite
{
    public abstract bool IsCanceled { get; }

    public abstract void Run(SqliteWriter transaction);

    /// <summary>Called after the commit: only now may the caller believe it.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception exception);
}

internal sealed class SqliteWrite<T>(Func<SqliteWriter, T> work, CancellationToken cancellationToken) : SqliteWrite
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Completion => _completion.Task;

    public override bool IsCanceled => cancellationToken.IsCancellationRequested && _completion.TrySetCanceled(cancellationToken);

    public override void Run(SqliteWriter transaction) => _result = work(transaction);

    public override void Complete() => _completion.TrySetResult(_result);

    public override void Fail(Exception exception) => _completion.TrySetException(exception);
}
