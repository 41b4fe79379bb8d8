using FunctionsEval.Durable.Engine;

namespace FunctionsEval.Hosting.StandAlone;

/// <summary>
/// The engine's histories as a host sees them: it may take up only some of the interrupted instances (a command works on one run;
/// others stay for their own <c>resume</c>, or for the server), and it can tell for how long writing has been failing.
/// </summary>
internal sealed class HostedHistories(IHistoryStore histories, TimeProvider clock) : IHistoryStore
{
    private readonly Lock _lock = new();
    private (long Since, Exception Exception)? _failing;

    /// <summary>Which interrupted instances are taken up; set before the engine starts.</summary>
    public Func<string, bool> IsTakenUp { get; set; } = _ => true;

    /// <summary>Since when every write has failed, and why; null while writing works.</summary>
    public (TimeSpan For, Exception Exception)? Failing
    {
        get
        {
            lock (_lock)
            {
                return _failing is { } failing ? (clock.GetElapsedTime(failing.Since), failing.Exception) : null;
            }
        }
    }

    public async Task AppendAsync(IReadOnlyList<HistoryCommit> commits, CancellationToken cancellationToken)
    {
        try
        {
            await histories.AppendAsync(commits, cancellationToken);
            SetFailing(null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            SetFailing(exception);
            throw;
        }
    }

    public IAsyncEnumerable<StoredInstance> LoadUnsettledAsync(CancellationToken cancellationToken) =>
        histories.LoadUnsettledAsync(cancellationToken).Where(instance => IsTakenUp(instance.State.InstanceId));

    public Task<StoredInstance?> LoadAsync(string instanceId, bool withHistory, CancellationToken cancellationToken) =>
        histories.LoadAsync(instanceId, withHistory, cancellationToken);

    public Task PurgeAsync(string instanceId, CancellationToken cancellationToken) => histories.PurgeAsync(instanceId, cancellationToken);

    private void SetFailing(Exception? exception)
    {
        lock (_lock)
        {
            _failing = exception is null ? null : (_failing?.Since ?? clock.GetTimestamp(), exception);
        }
    }
}
