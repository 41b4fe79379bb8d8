using System.Text;

namespace FunctionsEval.Exports;

/// <summary>Text that is written at once into memory and handed on to a stream a block at a time: a server's streams take no other writes.</summary>
internal sealed class BufferedText : IAsyncDisposable
{
    private const int BlockSize = 128 * 1024;
    private const int CellsBetweenReports = 10_000;

    private readonly MemoryStream _block = new(2 * BlockSize);
    private readonly Stream _output;
    private readonly Action<long>? _report;
    private readonly CancellationToken _cancellationToken;
    private long _cells;

    public BufferedText(Stream output, Action<long>? report, CancellationToken cancellationToken)
    {
        (_output, _report, _cancellationToken) = (output, report, cancellationToken);
        Writer = new StreamWriter(_block, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 16 * 1024) { NewLine = "\n" };
    }

    public StreamWriter Writer { get; }

    /// <summary>Said after each cell.</summary>
    public ValueTask EndCellAsync()
    {
        if (++_cells % CellsBetweenReports == 0)
        {
            _report?.Invoke(_cells);
        }

        return HandOnAsync();
    }

    /// <summary>Hands a block on when it is full.</summary>
    public ValueTask HandOnAsync() => _block.Length < BlockSize ? ValueTask.CompletedTask : EmptyAsync();

    public async ValueTask DisposeAsync()
    {
        await EmptyAsync();
        await _output.FlushAsync(_cancellationToken);
        await Writer.DisposeAsync();
    }

    private async ValueTask EmptyAsync()
    {
        await Writer.FlushAsync(_cancellationToken);
        await _output.WriteAsync(_block.GetBuffer().AsMemory(0, (int)_block.Length), _cancellationToken);
        _block.SetLength(0);
    }
}
