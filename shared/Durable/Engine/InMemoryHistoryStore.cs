using System.Runtime.CompilerServices;
using FunctionsEval.Durable.Protocol;

namespace FunctionsEval.Durable.Engine;

/// <summary>A store that ends with the process: for measuring the engine itself, and for tests. Events are kept as bytes, as on a disk.</summary>
public sealed class InMemoryHistoryStore : IHistoryStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Stored> _instances = new(StringComparer.Ordinal);

    public Task AppendAsync(IReadOnlyList<HistoryCommit> commits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commits);
        foreach (var commit in commits)
        {
            var events = HistoryCodec.Encode(commit.Events);
            var state = HistoryCodec.Encode(commit.State);
            lock (_lock)
            {
                if (!_instances.TryGetValue(commit.State.InstanceId, out var stored))
                {
                    _instances.Add(commit.State.InstanceId, stored = new Stored());
                }

                stored.State = state;
                stored.Input = commit.State.Input;
                if (commit.Events.Count > 0)
                {
                    stored.Commits[commit.Number] = events;
                }

                for (var ended = commit.TrimFrom; ended < commit.State.FirstCommit; ended++)
                {
                    stored.Commits.Remove(ended);
                }
            }
        }

        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<StoredInstance> LoadUnsettledAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<StoredInstance> unsettled;
        lock (_lock)
        {
            unsettled = [.. _instances.Values.Select(stored => stored.Load(withHistory: true)).Where(stored => !stored.State.IsSettled)];
        }

        foreach (var instance in unsettled)
        {
            yield return await Task.FromResult(instance);
        }
    }

    public Task<StoredInstance?> LoadAsync(string instanceId, bool withHistory, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_instances.GetValueOrDefault(instanceId)?.Load(withHistory));
        }
    }

    public Task PurgeAsync(string instanceId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _instances.Remove(instanceId);
        }

        return Task.CompletedTask;
    }

    private sealed class Stored
    {
        public byte[] State { get; set; } = [];

        public string? Input { get; set; }

        public Dictionary<long, byte[]> Commits { get; } = [];

        public StoredInstance Load(bool withHistory)
        {
            var state = HistoryCodec.DecodeState(State, Input);
            var history = new List<HistoryEvent>();
            for (var number = state.FirstCommit; withHistory && number < state.NextCommit; number++)
            {
                history.AddRange(HistoryCodec.DecodeEvents(Commits[number]));
            }

            return new StoredInstance(state, history);
        }
    }
}
