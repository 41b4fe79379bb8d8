using Microsoft.Extensions.Logging;

namespace FunctionsEval.Durable.Engine;

/// <summary>
/// Writes commits, one group after the other: what comes while a group is being written goes together into the next. A failed write
/// is repeated with growing pauses until it works or the engine ends; nothing is acted upon before it is durable.
/// </summary>
internal sealed partial class GroupCommit(
    IHistoryStore store, EmbeddedEngineOptions options, TimeProvider clock, ILogger logger, Action<Exception> fault, CancellationToken ending)
    : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly Queue<(HistoryCommit Commit, Action Committed)> _waiting = new();
    private bool _isWriting;

    public void Submit(HistoryCommit commit, Action committed)
    {
        lock (_lock)
        {
            _waiting.Enqueue((commit, committed));
            if (_isWriting)
            {
                return;
            }

            _isWriting = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _ = WriteAsync();

    private async Task WriteAsync()
    {
        try
        {
            List<(HistoryCommit Commit, Action Committed)> written = [];
            while (true)
            {
                // The next group is on its way to the disk while the effects of the last one are set off.
                var group = Take(mayEnd: written.Count == 0);
                if (group is null)
                {
                    return;
                }

                var writing = group.Count > 0 ? AppendAsync([.. group.Select(waiting => waiting.Commit)]) : Task.CompletedTask;
                foreach (var (_, committed) in written)
                {
                    committed();
                }

                await writing;
                written = group;
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            LogUnwritten();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            fault(e);
        }
    }

    private List<(HistoryCommit Commit, Action Committed)>? Take(bool mayEnd)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 && mayEnd)
            {
                _isWriting = false;
                return null;
            }

            var group = new List<(HistoryCommit, Action)>(Math.Min(_waiting.Count, options.MaxCommitsPerGroup));
            while (group.Count < options.MaxCommitsPerGroup && _waiting.TryDequeue(out var next))
            {
                group.Add(next);
            }

            return group;
        }
    }

    private async Task AppendAsync(List<HistoryCommit> commits)
    {
        for (var pause = options.FirstWriteRetry; ; pause = pause * 2 < options.LongestWriteRetry ? pause * 2 : options.LongestWriteRetry)
        {
            ending.ThrowIfCancellationRequested();
            try
            {
                await store.AppendAsync(commits, ending);
                return;
            }
            catch (Exception e) when (e is not HistoryOwnershipLostException && !ending.IsCancellationRequested)
            {
                LogWriteFailed(commits.Count, pause, e);
            }

            await Task.Delay(pause, clock, ending);
        }
    }

    [LoggerMessage(LogLevel.Error, "Writing {Count} history commits failed; the write is repeated after {Pause}")]
    private partial void LogWriteFailed(int count, TimeSpan pause, Exception exception);

    [LoggerMessage(LogLevel.Warning, "The engine ended before all commits were written; they are redone from the last durable state")]
    private partial void LogUnwritten();

}
