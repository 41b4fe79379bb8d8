using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>A submission as UTF-8, encoded on the caller's thread so that the one writer only binds bytes and steps statements.</summary>
internal sealed class EntityBatch : IDisposable
{
    private const int LargestPooledBytes = 64 * 1024;
    private static readonly ConcurrentBag<ArrayBufferWriter<byte>> Pool = [];

    private readonly ArrayBufferWriter<byte> _buffer = Pool.TryTake(out var pooled) ? pooled : new ArrayBufferWriter<byte>(4096);
    private readonly Operation[] _operations;
    private readonly Range _partitionKey;

    public EntityBatch(IReadOnlyList<EntityOperation> operations)
    {
        _operations = new Operation[operations.Count];
        _partitionKey = Append(operations[0].Entity.PartitionKey);
        for (var index = 0; index < _operations.Length; index++)
        {
            var (kind, entity) = operations[index];
            var rowKey = Append(entity.RowKey);
            var start = _buffer.WrittenCount;
            if (kind != EntityOperationKind.Delete)
            {
                EntityJson.Write(_buffer, entity);
            }

            _operations[index] = new(kind, rowKey, start.._buffer.WrittenCount, VersionOf(entity.ETag));
            NeedsSavepoint |= index > 0 && kind != EntityOperationKind.Upsert;
        }
    }

    /// <summary>Only an operation after the first that may be refused leaves something to undo.</summary>
    public bool NeedsSavepoint { get; }

    public int Count => _operations.Length;

    public ReadOnlySpan<byte> PartitionKey => _buffer.WrittenSpan[_partitionKey];

    public EntityOperationKind Kind(int index) => _operations[index].Kind;

    public ReadOnlySpan<byte> RowKey(int index) => _buffer.WrittenSpan[_operations[index].RowKey];

    public ReadOnlySpan<byte> Json(int index) => _buffer.WrittenSpan[_operations[index].Json];

    /// <summary>The version that the ETag names: null without one, -1 (which no row has) for one that is not ours.</summary>
    public long? ExpectedVersion(int index) => _operations[index].ExpectedVersion;

    public void Dispose()
    {
        if (_buffer.Capacity <= LargestPooledBytes)
        {
            _buffer.ResetWrittenCount();
            Pool.Add(_buffer);
        }
    }

    private static long? VersionOf(string? etag) =>
        etag is null ? null : long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1;

    private Range Append(string text)
    {
        var start = _buffer.WrittenCount;
        Encoding.UTF8.GetBytes(text, _buffer);
        return start.._buffer.WrittenCount;
    }

    private readonly record struct Operation(EntityOperationKind Kind, Range RowKey, Range Json, long? ExpectedVersion);
}
