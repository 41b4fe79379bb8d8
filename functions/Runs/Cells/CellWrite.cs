using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Providers;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Cells;

/// <summary>Something that waits to be written to a cell partition. Completed by the partition's writer.</summary>
internal abstract class CellWrite
{
    private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>For an intent: how many calls of earlier processes were lost. For a cell: 1 when it was there already, else 0.</summary>
    public Task<int> Done => _done.Task;

    /// <summary>The cell's row: two writes of one cell never share a batch.</summary>
    public abstract string CellRow { get; }

    /// <summary>Operations that this write takes in a batch.</summary>
    public abstract int Operations { get; }

    public void Complete(int result) => _done.TrySetResult(result);

    public void Fail(Exception exception) => _done.TrySetException(exception);

    /// <param name="calls">How many calls this execution of the cell has made, the coming one included.</param>
    public sealed class Intent(string cellRow, int calls, decimal reserved) : CellWrite
    {
        public override int Operations => 1;

        public override string CellRow => cellRow;

        public int Calls => calls;

        public decimal Reserved => reserved;

        /// <summary>Set once the row was found to be there: an earlier process left it.</summary>
        public int? Lost { get; set; }
    }

    public sealed class Cell(CellRecord record, Transcript transcript, IReadOnlyList<ProviderCall> calls, CallPurpose purpose, bool keepsCalls, int firstCall) : CellWrite
    {
        /// <summary>More calls than this are written ahead of the cell: a batch holds 100 operations.</summary>
        public const int CallsInBatch = 60;

        public override string CellRow { get; } = record.Address.RowKey;

        public override int Operations => 2 + Math.Min(calls.Count, CallsInBatch);

        public CellRecord Record => record;

        /// <summary>The rows of its transcript, which are written before the cell.</summary>
        public IEnumerable<Entity> TranscriptRows(string partition) => keepsCalls
            ? CellRows.ToEntities(partition, CellRow, new KeptConversation(transcript, calls, record.HeldUsd, record.LostCalls))
            : CellRows.ToEntities(partition, CellRow, transcript);

        public IReadOnlyList<ProviderCall> Calls => calls;

        public CallPurpose Purpose => purpose;

        /// <summary>The number of its first call.</summary>
        public int FirstCall => firstCall;

        public bool HasIntent { get; set; } = record.Calls > 0;
    }
}
