using FunctionsEval.Durable.Engine;

namespace FunctionsEval.Durable.Tests.Engine;

/// <summary>
/// A store whose engine dies: after the given number of commits (of one group perhaps only some) nothing is written any more and no
/// write returns, as if the process had been killed. The store behind it stays as it was.
/// </summary>
internal sealed class CrashingStore(IHistoryStore inner, int commitsUntilCrash) : IHistoryStore
{
    private readonly TaskCompletionSource _crashed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = commitsUntilCrash;

    public Task Crashed => _crashed.Task;

    public async Task AppendAsync(IReadOnlyList<HistoryCommit> commits, CancellationToken cancellationToken)
    {
        var survivors = Math.Min(commits.Count, Math.Max(0, _left));
        await inner.AppendAsync([.. commits.Take(survivors)], cancellationToken);
        _left -= commits.Count;

        // Zero left means: written, but nobody learns of it.
        if (_left <= 0)
        {
            _crashed.TrySetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }
    }

    public IAsyncEnumerable<StoredInstance> LoadUnsettledAsync(CancellationToken cancellationToken) => inner.LoadUnsettledAsync(cancellationToken);

    public Task<StoredInstance?> LoadAsync(string instanceId, bool withHistory, CancellationToken cancellationToken) =>
        inner.LoadAsync(instanceId, withHistory, cancellationToken);

    public Task PurgeAsync(string instanceId, CancellationToken cancellationToken) => inner.PurgeAsync(instanceId, cancellationToken);
}
