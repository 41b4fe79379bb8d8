using System.Buffers;

namespace FunctionsEval.Providers.Wire;

/// <summary>A response body in a pooled buffer, read up to a limit.</summary>
internal readonly struct ResponseBody : IDisposable
{
    private readonly byte[] _buffer;

    private ResponseBody(byte[] buffer, int length, bool isTooLong)
    {
        _buffer = buffer;
        Bytes = buffer.AsMemory(0, length);
        IsTooLong = isTooLong;
    }

    public Memory<byte> Bytes { get; }

    public bool IsTooLong { get; }

    public static async ValueTask<ResponseBody> ReadAsync(Stream? stream, int limit, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(8 * 1024);
        var length = 0;
        try
        {
            while (stream is not null && await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is var read and > 0)
            {
                length += read;
                if (length > limit)
                {
                    return new ResponseBody(buffer, 0, isTooLong: true);
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(2 * length);
                    buffer.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            return new ResponseBody(buffer, length, isTooLong: false);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
}
