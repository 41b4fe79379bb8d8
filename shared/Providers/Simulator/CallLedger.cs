using System.Runtime.InteropServices;

namespace FunctionsEval.Providers.Simulator;

/// <summary>
/// How often each key (model, prompt, sample) was called and answered. Keys are 64-bit hashes in locked shards: about 40 bytes a key, so
/// that a million of them fit.
/// </summary>
internal sealed class CallLedger
{
    private readonly Dictionary<ulong, Count>[] _shards = [.. Enumerable.Range(0, 64).Select(_ => new Dictionary<ulong, Count>())];

    /// <summary>Counts a call; which one of its key it is, from 1.</summary>
    public int CountCall(ulong key)
    {
        var shard = Shard(key);
        lock (shard)
        {
            return ++CollectionsMarshal.GetValueRefOrAddDefault(shard, key, out _).Calls;
        }
    }

    public void CountAnswer(ulong key)
    {
        var shard = Shard(key);
        lock (shard)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(shard, key, out _).Answers++;
        }
    }

    public IReadOnlyList<SimulatorKeyCount> Snapshot()
    {
        var keys = new List<SimulatorKeyCount>();
        foreach (var shard in _shards)
        {
            lock (shard)
            {
                keys.AddRange(shard.Select(entry => new SimulatorKeyCount(entry.Key.ToString("x16"), entry.Value.Calls, entry.Value.Answers)));
            }
        }

        return keys;
    }

    /// <summary>Number of keys, and how many of them have each number of calls and of answers.</summary>
    public (int Keys, SortedDictionary<int, int> Calls, SortedDictionary<int, int> Answers) Histograms()
    {
        var keys = 0;
        var calls = new SortedDictionary<int, int>();
        var answers = new SortedDictionary<int, int>();
        foreach (var shard in _shards)
        {
            lock (shard)
            {
                keys += shard.Count;
                foreach (var count in shard.Values)
                {
                    calls[count.Calls] = calls.GetValueOrDefault(count.Calls) + 1;
                    answers[count.Answers] = answers.GetValueOrDefault(count.Answers) + 1;
                }
            }
        }

        return (keys, calls, answers);
    }

    public void Clear()
    {
        foreach (var shard in _shards)
        {
            lock (shard)
            {
                shard.Clear();
            }
        }
    }

    private Dictionary<ulong, Count> Shard(ulong key) => _shards[key & 63];

    private struct Count
    {
        public int Calls;
        public int Answers;
    }
}
