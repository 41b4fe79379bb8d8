using FunctionsEval.Durable.Engine;
using FunctionsEval.Durable.Protocol;
using Xunit.Sdk;
using EventKind = FunctionsEval.Durable.Protocol.HistoryEvent.EventTypeOneofCase;

namespace FunctionsEval.Durable.Tests.Engine;

/// <summary>Replays every turn cold, from bytes, before it is written, and compares it with what the hot execution did.</summary>
internal sealed class RecordingStore(IHistoryStore inner, DurableTaskRegistry registry) : IHistoryStore
{
    private readonly Dictionary<string, List<HistoryEvent>> _histories = new(StringComparer.Ordinal);

    public int Turns { get; private set; }

    public Exception? Difference { get; private set; }

    public Task AppendAsync(IReadOnlyList<HistoryCommit> commits, CancellationToken cancellationToken)
    {
        foreach (var commit in commits.Where(commit => commit.Events.Count > 0))
        {
            Turns++;
            try
            {
                Compare(commit);
            }
            catch (Exception e) when (e is XunitException or InvalidOperationException)
            {
                Difference ??= e;
            }
        }

        return inner.AppendAsync(commits, cancellationToken);
    }

    public IAsyncEnumerable<StoredInstance> LoadUnsettledAsync(CancellationToken cancellationToken) => inner.LoadUnsettledAsync(cancellationToken);

    public Task<StoredInstance?> LoadAsync(string instanceId, bool withHistory, CancellationToken cancellationToken) =>
        inner.LoadAsync(instanceId, withHistory, cancellationToken);

    public Task PurgeAsync(string instanceId, CancellationToken cancellationToken) => inner.PurgeAsync(instanceId, cancellationToken);

    private void Compare(HistoryCommit commit)
    {
        var id = commit.State.InstanceId;
        if (commit.Number == commit.State.FirstCommit || !_histories.TryGetValue(id, out var past))
        {
            _histories[id] = past = [];
        }

        var events = HistoryCodec.DecodeEvents(HistoryCodec.Encode(commit.Events));
        var execution = new Durable.Executor.OrchestrationExecution(
            registry, Histories.Json, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, id);
        execution.Replay(past);
        var cold = execution.Run(events.Where(added => !IsCreated(added)));

        var time = events[0].Timestamp;
        var expected = cold.Actions.Select(action => ActionEvents.ToEvent(action, time)).ToArray();
        Assert.Equal(expected, events.Where(IsCreated));
        past.AddRange(events);
    }

    private static bool IsCreated(HistoryEvent added) => added.EventTypeCase is EventKind.TaskScheduled
        or EventKind.TimerCreated
        or EventKind.SubOrchestrationInstanceCreated
        or EventKind.EventSent
        or EventKind.ExecutionCompleted;
}
