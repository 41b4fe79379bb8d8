using System.Buffers;
using System.Globalization;
using System.Text;
using FunctionsEval.Evaluation.Datasets;

namespace FunctionsEval.Datasets;

/// <summary>Text that passes through is UTF-8 with lines of a bounded length, or reading ends with the line that is not.</summary>
internal sealed class CheckedUtf8Stream(Stream inner, int maxLineBytes) : Stream
{
    private readonly byte[] _open = new byte[4];
    private int _openCount;
    private int _line = 1;
    private long _lineBytes;
    private bool _isStart = true;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => Checked(buffer, inner.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        return Checked(buffer.Span, count);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Checked(Span<byte> buffer, int count)
    {
        ReadOnlySpan<byte> read = buffer[..count];
        if (_isStart && count > 0)
        {
            _isStart = false;
            if (read is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            {
                throw new DatasetException("The file is UTF-16, but must be UTF-8: save it as UTF-8, or convert it (iconv -f UTF-16 -t UTF-8).", 1);
            }
        }

        CheckUnicode(read, isEnd: count == 0 && buffer.Length > 0);
        CountLines(read);
        return count;
    }

    private void CountLines(ReadOnlySpan<byte> read)
    {
        while (read.IndexOf((byte)'\n') is >= 0 and var end)
        {
            CheckLine(end);
            _line++;
            _lineBytes = 0;
            read = read[(end + 1)..];
        }

        CheckLine(read.Length);
        _lineBytes += read.Length;
    }

    private void CheckLine(int more)
    {
        if (_lineBytes + more > maxLineBytes)
        {
            throw new DatasetException(string.Create(CultureInfo.InvariantCulture, $"The line is longer than {maxLineBytes:N0} bytes."), _line);
        }
    }

    /// <summary>A character may begin in one read and end in the next.</summary>
    private void CheckUnicode(ReadOnlySpan<byte> read, bool isEnd)
    {
        var at = 0;
        while (_openCount > 0 && (at < read.Length || isEnd))
        {
            if (isEnd)
            {
                throw NotUtf8(read, 0, _open[0]);
            }

            _open[_openCount++] = read[at++];
            switch (Rune.DecodeFromUtf8(_open.AsSpan(0, _openCount), out _, out var used))
            {
                case OperationStatus.Done when used == _openCount:
                    _openCount = 0;
                    break;
                case OperationStatus.NeedMoreData:
                    break;
                default:
                    throw NotUtf8(read, 0, _open[0]);
            }
        }

        while (at < read.Length)
        {
            // The fast way over all that is valid.
            var ascii = System.Text.Ascii.IsValid(read[at..]) ? read.Length - at : read[at..].IndexOfAnyInRange((byte)0x80, (byte)0xFF);
            at += ascii;
            if (at >= read.Length)
            {
                return;
            }

            switch (Rune.DecodeFromUtf8(read[at..], out _, out var used))
            {
                case OperationStatus.Done:
                    at += used;
                    break;
                case OperationStatus.NeedMoreData:
                    read[at..].CopyTo(_open);
                    _openCount = read.Length - at;
                    return;
                default:
                    throw NotUtf8(read, at, read[at]);
            }
        }
    }

    private DatasetException NotUtf8(ReadOnlySpan<byte> read, int at, byte bad) => new(
        $"The byte 0x{bad:X2} is not UTF-8. The file looks like Latin-1 or Windows-1252: save it as UTF-8, or convert it (iconv -f WINDOWS-1252 -t UTF-8).",
        _line + read[..at].Count((byte)'\n'));
}
