using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace FunctionsEval.Content;

/// <summary>One line of a file; the text is null when the line is longer than a line may be.</summary>
internal readonly record struct FileLine(int Number, ReadOnlyMemory<byte>? Text);

/// <summary>Reads lines without ever holding more than one of them. The text of a line is good until the next one is asked for.</summary>
internal static class JsonLines
{
    public const int MaxLineBytes = 1024 * 1024;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static async IAsyncEnumerable<FileLine> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        var number = 0;
        var isSkipping = false;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            while (TryTakeLine(ref buffer, read.IsCompleted, out var line))
            {
                number++;
                line = number == 1 ? WithoutByteOrderMark(line) : line;
                var isTooLong = isSkipping || line.Length > MaxLineBytes;
                isSkipping = false;
                if (isTooLong)
                {
                    yield return new FileLine(number, null);
                }
                else if (!IsBlank(line))
                {
                    yield return new FileLine(number, line.IsSingleSegment ? line.First : line.ToArray());
                }
            }

            // The rest of an endless line is thrown away as it comes.
            if (buffer.Length > MaxLineBytes)
            {
                isSkipping = true;
                buffer = buffer.Slice(buffer.End);
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                await reader.CompleteAsync();
                yield break;
            }
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }

        line = buffer;
        if (!isLast || buffer.IsEmpty)
        {
            return false;
        }

        buffer = buffer.Slice(buffer.End);
        return true;
    }

    // Editors on Windows begin a file with one; JSON must not.
    private static ReadOnlySequence<byte> WithoutByteOrderMark(ReadOnlySequence<byte> line)
    {
        var reader = new SequenceReader<byte>(line);
        reader.IsNext(ByteOrderMark, advancePast: true);
        return reader.UnreadSequence;
    }

    private static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (var segment in line)
        {
            if (segment.Span.ContainsAnyExcept(" \t\r"u8))
            {
                return false;
            }
        }

        return true;
    }
}
