using System.Buffers.Binary;

namespace FunctionsEval.TestKit.FunctionsHost;

/// <summary>Messages of gRPC in an HTTP/2 body: a byte that says whether it is compressed (here never), four bytes of length, the message.</summary>
internal static class GrpcFrames
{
    /// <summary>Null at the end of the body.</summary>
    public static async Task<byte[]?> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var head = new byte[5];
        if (await body.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken) < head.Length)
        {
            return null;
        }

        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
        await body.ReadExactlyAsync(message, cancellationToken);
        return message;
    }

    public static async Task WriteAsync(Stream body, byte[] message, CancellationToken cancellationToken)
    {
        var head = new byte[5];
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(1), message.Length);
        await body.WriteAsync((byte[])[.. head, .. message], cancellationToken);
        await body.FlushAsync(cancellationToken);
    }
}
