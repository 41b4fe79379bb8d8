using System.Buffers.Binary;
using System.Text;

namespace FunctionsEval.Functions.Tests.AzureFunctions;

/// <summary>Protobuf by hand, field number by field number: what the program's generated messages are checked against.</summary>
internal static class Proto
{
    public static byte[] Message(params (int Field, object Value)[] fields)
    {
        using var bytes = new MemoryStream();
        foreach (var (field, value) in fields)
        {
            switch (value)
            {
                case int number:
                    Varint(bytes, (ulong)field << 3);
                    Varint(bytes, (ulong)(long)number);
                    break;
                case bool flag:
                    Varint(bytes, (ulong)field << 3);
                    Varint(bytes, flag ? 1UL : 0);
                    break;
                default:
                    var content = value as byte[] ?? Encoding.UTF8.GetBytes((string)value);
                    Varint(bytes, ((ulong)field << 3) | 2);
                    Varint(bytes, (ulong)content.Length);
                    bytes.Write(content);
                    break;
            }
        }

        return bytes.ToArray();
    }

    /// <summary>A google.protobuf.StringValue.</summary>
    public static byte[] Text(string value) => value.Length == 0 ? [] : Message((1, value));

    public static byte[] Time(DateTimeOffset time) => Message((1, (int)time.ToUnixTimeSeconds()));

    /// <summary>The fields of a message: numbers as ulong, everything else as bytes.</summary>
    public static ILookup<int, object> Read(ReadOnlySpan<byte> bytes)
    {
        var fields = new List<(int Field, object Value)>();
        while (bytes.Length > 0)
        {
            var tag = Varint(ref bytes);
            switch (tag & 7)
            {
                case 0:
                    fields.Add(((int)(tag >> 3), Varint(ref bytes)));
                    break;
                case 2:
                    var length = (int)Varint(ref bytes);
                    fields.Add(((int)(tag >> 3), bytes[..length].ToArray()));
                    bytes = bytes[length..];
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7}.");
            }
        }

        return fields.ToLookup(field => field.Field, field => field.Value);
    }

    public static ILookup<int, object> One(this ILookup<int, object> message, int field) => Read((byte[])message[field].Single());

    public static IEnumerable<ILookup<int, object>> Many(this ILookup<int, object> message, int field) => message[field].Select(value => Read((byte[])value));

    public static string Text(this ILookup<int, object> message, int field) =>
        message[field].SingleOrDefault() is byte[] bytes ? Encoding.UTF8.GetString(bytes) : "";

    /// <summary>The text in a google.protobuf.StringValue, null when the wrapper is absent.</summary>
    public static string? Wrapped(this ILookup<int, object> message, int field) =>
        message[field].SingleOrDefault() is byte[] bytes ? Read(bytes).Text(1) : null;

    public static int Number(this ILookup<int, object> message, int field) => message[field].SingleOrDefault() is ulong number ? (int)(long)number : 0;

    /// <summary>A gRPC frame around a message.</summary>
    public static byte[] Frame(byte[] message)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private static void Varint(MemoryStream bytes, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes.WriteByte((byte)(value | 0x80));
        }

        bytes.WriteByte((byte)value);
    }

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
