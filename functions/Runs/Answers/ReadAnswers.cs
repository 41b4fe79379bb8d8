using System.Runtime.CompilerServices;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Answers;

/// <summary>One cell with what was asked and what was said.</summary>
/// <param name="transcript">Its rows; null where no model was reached. They are taken apart only where somebody looks: that costs more than reading them.</param>
public sealed class Answer(int itemIndex, Scenario scenario, Variant variant, CellRecord cell, IReadOnlyList<Entity>? transcript)
{
    public int ItemIndex => itemIndex;

    public Scenario Scenario => scenario;

    public Variant Variant => variant;

    public CellRecord Cell => cell;

    /// <summary>Null where no model was reached.</summary>
    public Transcript? Transcript => transcript is null ? null : CellRows.ToTranscript(transcript);

    /// <summary>What the model said last; null where it said nothing.</summary>
    public string? Text => transcript is null ? null : CellRows.LastResponseIn(transcript);

    /// <summary>From the start of the cell to its end, waits between attempts included.</summary>
    public long DurationMs => (long)(cell.CompletedAt - cell.StartedAt).TotalMilliseconds;
}

/// <summary>Which answers are wanted; null means all.</summary>
/// <param name="Items">Indexes of scenarios.</param>
public sealed record AnswerFilter(CellFilter? Cells = null, CellOutcome? Outcome = null, IReadOnlySet<int>? Items = null)
{
    public bool Takes(CellRecord cell) =>
        Cells?.Takes(cell.Address) != false && (Outcome is null || cell.Outcome == Outcome) && Items?.Contains(cell.Address.Item) != false;

    /// <summary>True where no item of a partition is wanted.</summary>
    internal bool Skips(int partition) =>
        (Cells?.Item is { } item && item / CellAddress.ItemsPerPartition != partition)
        || Items?.Any(wanted => wanted / CellAddress.ItemsPerPartition == partition) == false;
}

/// <summary>Reads the answers of a run in the order of their addresses, a partition at a time: memory does not grow with the run.</summary>
public sealed class ReadAnswers(RunStore runs, IEntityStore entities)
{
    /// <summary>Every answer that the filter takes.</summary>
    public async IAsyncEnumerable<Answer> AllAsync(RunRecord run, AnswerFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] scorers = [.. run.Scorers.Select(scorer => scorer.Name!)];
        for (var partition = 0; partition < RunCounts.PartitionsOf(run); partition++)
        {
            if (filter.Skips(partition))
            {
                continue;
            }

            var items = await runs.ItemsAsync(run.RunId, partition * CellAddress.ItemsPerPartition, CellAddress.ItemsPerPartition, cancellationToken);
            var key = CellAddress.PartitionKey(run.RunId, partition);
            var (from, to) = filter.Cells?.Item is { } one ? ($"{TableKeys.Number(one)}-", $"{TableKeys.Number(one)}.") : (null, TableKeys.AfterCells);
            await using var transcripts = new TranscriptReader(entities, new EntityQuery(TableKeys.Transcripts, key, RowFrom: from, RowTo: to), cancellationToken);
            await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.Cells, key, RowFrom: from, RowTo: to), cancellationToken))
            {
                var cell = CellRows.ToCell(row, scorers);
                if (filter.Takes(cell))
                {
                    var (item, variant, _) = cell.Address;
                    yield return new Answer(item, items[item % CellAddress.ItemsPerPartition], run.Variants[variant], cell, await transcripts.FindAsync(row.RowKey));
                }
            }
        }
    }

    /// <summary>The rows of the transcripts of a partition, read beside its cells: both are in the same order.</summary>
    private sealed class TranscriptReader(IEntityStore entities, EntityQuery query, CancellationToken cancellationToken) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<Entity> _rows = entities.QueryAsync(query, cancellationToken).GetAsyncEnumerator(cancellationToken);
        private bool _hasStarted;
        private bool _hasRow;

        public async Task<IReadOnlyList<Entity>?> FindAsync(string cellRow)
        {
            if (!_hasStarted)
            {
                (_hasStarted, _hasRow) = (true, await _rows.MoveNextAsync());
            }

            while (_hasRow && string.CompareOrdinal(_rows.Current.RowKey, cellRow) < 0)
            {
                _hasRow = await _rows.MoveNextAsync();
            }

            if (!_hasRow || _rows.Current.RowKey != cellRow)
            {
                return null;
            }

            var parts = new List<Entity>(1);
            var count = CellRows.PartsOf(_rows.Current);
            while (_hasRow && parts.Count < count)
            {
                parts.Add(_rows.Current);
                _hasRow = await _rows.MoveNextAsync();
            }

            return parts;
        }

        public ValueTask DisposeAsync() => _rows.DisposeAsync();
    }
}
