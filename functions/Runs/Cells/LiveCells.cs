using System.Collections.Concurrent;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Cells;

/// <summary>
/// What the one process that works on a run knows of its cells without asking the store: which are stored, and what they add up to. A
/// partition whose counter says that all of its cells are there is skipped whole; of one that is begun the keys are read once.
/// </summary>
public sealed class LiveCells
{
    private readonly RunRecord _run;
    private readonly IEntityStore _entities;
    private readonly CellCounts[] _counts;
    private readonly Lazy<Task<PartitionCells>>[] _partitions;
    private readonly ConcurrentDictionary<CellAddress, bool> _doubtful = new();
    private readonly Lock _lock = new();

    /// <param name="counters">By partition; null where none of its cells is stored.</param>
    internal LiveCells(RunRecord run, IEntityStore entities, IReadOnlyList<IReadOnlyDictionary<int, CellCounts>?> counters)
    {
        (_run, _entities) = (run, entities);
        _counts = [.. Enumerable.Repeat(CellCounts.None, run.Variants.Count)];
        _partitions = new Lazy<Task<PartitionCells>>[counters.Count];
        foreach (var (partition, counter) in counters.Index())
        {
            foreach (var (variant, counts) in counter ?? new Dictionary<int, CellCounts>())
            {
                _counts[variant] += counts;
            }

            var stored = counter?.Values.Sum(counts => counts.Finished) ?? 0;
            _partitions[partition] = new Lazy<Task<PartitionCells>>(() => LoadAsync(partition, stored));
        }
    }

    /// <summary>By variant; exact at any time, for nobody else stores cells of this run.</summary>
    public CellCounts[] Counts
    {
        get
        {
            lock (_lock)
            {
                return [.. _counts];
            }
        }
    }

    /// <summary>True when the cell is stored; null when only the store can tell.</summary>
    public async ValueTask<bool?> IsStoredAsync(CellAddress address)
    {
        if (!_doubtful.IsEmpty && _doubtful.ContainsKey(address))
        {
            return null;
        }

        var partition = await _partitions[address.Partition].Value;
        lock (_lock)
        {
            return partition.Holds(IndexOf(address));
        }
    }

    /// <summary>Told of every cell that was stored by this process; a second time changes nothing.</summary>
    public async Task AddAsync(CellRecord cell)
    {
        var partition = await _partitions[cell.Address.Partition].Value;
        lock (_lock)
        {
            if (!partition.Holds(IndexOf(cell.Address)))
            {
                partition.Add(IndexOf(cell.Address));
                _counts[cell.Address.Variant] += CellCounts.Of(cell);
            }
        }
    }

    /// <summary>Told of every judgement of a pair that was stored by this process, and that was not there before.</summary>
    /// <param name="variant">The one that it counts for.</param>
    public void AddJudgement(int variant, CellRecord judgement)
    {
        lock (_lock)
        {
            _counts[variant] += CellCounts.Of(judgement).AsJudgements(ofScorer: true);
        }
    }

    /// <summary>Told of a cell whose write failed: it may have arrived all the same.</summary>
    public void Doubt(CellAddress address) => _doubtful[address] = true;

    private int IndexOf(CellAddress address) =>
        ((((address.Item % CellAddress.ItemsPerPartition) * _run.Variants.Count) + address.Variant) * _run.Sampling.SamplesPerScenario) + address.Sample;

    private async Task<PartitionCells> LoadAsync(int partition, long stored)
    {
        var items = Math.Min(CellAddress.ItemsPerPartition, _run.Items - (partition * CellAddress.ItemsPerPartition));
        var size = items * _run.Variants.Count * _run.Sampling.SamplesPerScenario;
        if (stored == 0 || stored == size)
        {
            return new PartitionCells(size, isFull: stored > 0);
        }

        var cells = new PartitionCells(size, isFull: false);
        var query = new EntityQuery(TableKeys.Cells, CellAddress.PartitionKey(_run.RunId, partition), RowTo: TableKeys.AfterCells);
        await foreach (var row in _entities.QueryAsync(query, CancellationToken.None))
        {
            if (CellAddress.ParseRowKey(row.RowKey) is { } address)
            {
                cells.Add(IndexOf(address));
            }
        }

        return cells;
    }

    /// <summary>A bit a cell; none at all while a partition is empty or full.</summary>
    private sealed class PartitionCells(int size, bool isFull)
    {
        private ulong[]? _bits;

        public bool Holds(int index) => isFull || (_bits is not null && (_bits[index >> 6] & (1UL << (index & 63))) != 0);

        public void Add(int index)
        {
            if (!isFull)
            {
                _bits ??= new ulong[(size + 63) >> 6];
                _bits[index >> 6] |= 1UL << (index & 63);
            }
        }
    }
}
