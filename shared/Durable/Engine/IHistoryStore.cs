namespace FunctionsEval.Durable.Engine;

/// <summary>
/// Where the embedded engine keeps instances. One engine at a time writes to a store. Any exception but
/// <see cref="HistoryOwnershipLostException"/> is taken as passing trouble: the same call is made again.
/// </summary>
public interface IHistoryStore
{
    /// <summary>
    /// Makes commits of different instances durable. Each commit is atomic, the group is not; a call that failed may have written some of
    /// them, so writing a commit again must change nothing.
    /// </summary>
    Task AppendAsync(IReadOnlyList<HistoryCommit> commits, CancellationToken cancellationToken);

    /// <summary>All instances that are not settled, with their history.</summary>
    IAsyncEnumerable<StoredInstance> LoadUnsettledAsync(CancellationToken cancellationToken);

    /// <summary>One instance, or null; its history only when asked for.</summary>
    Task<StoredInstance?> LoadAsync(string instanceId, bool withHistory, CancellationToken cancellationToken);

    /// <summary>Deletes an instance and all its history; nothing when it is not there.</summary>
    Task PurgeAsync(string instanceId, CancellationToken cancellationToken);
}
