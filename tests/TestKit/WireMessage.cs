using System.Text;

namespace FunctionsEval.TestKit;

/// <summary>A protobuf message taken apart: values by field number, unknown ones kept and ignored.</summary>
internal sealed class WireMessage
{
    private readonly List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> _fields = [];

    /// <exception cref="InvalidDataException">The bytes are not protobuf.</exception>
    public static WireMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        var message = new WireMessage();
        while (!bytes.IsEmpty)
        {
            var tag = Varint(ref bytes);
            var field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    message._fields.Add((field, Varint(ref bytes), default));
                    break;
                case 1:
                    message._fields.Add((field, BitConverter.ToUInt64(Take(ref bytes, 8).Span), default));
                    break;
                case 2:
                    var length = Varint(ref bytes);
                    message._fields.Add((field, 0, Take(ref bytes, length)));
                    break;
                case 5:
                    message._fields.Add((field, BitConverter.ToUInt32(Take(ref bytes, 4).Span), default));
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7} of field {field} is none.");
            }
        }

        return message;
    }

    public bool Has(int field) => _fields.Exists(entry => entry.Field == field);

    public long Number(int field) => (long)Last(field).Number;

    public bool Flag(int field) => Number(field) != 0;

    public string Text(int field) => Encoding.UTF8.GetString(Last(field).Bytes.Span);

    /// <summary>Bytes, as two hexadecimal digits each; empty when there are none.</summary>
    public string Hex(int field) => Has(field) ? Convert.ToHexStringLower(Last(field).Bytes.Span) : "";

    public WireMessage? Find(int field) => Has(field) ? Parse(Last(field).Bytes) : null;

    public IReadOnlyList<WireMessage> All(int field) => [.. _fields.Where(entry => entry.Field == field).Select(entry => Parse(entry.Bytes))];

    private (int Field, ulong Number, ReadOnlyMemory<byte> Bytes) Last(int field) => _fields.FindLast(entry => entry.Field == field);

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> bytes, ulong length)
    {
        if (length > (ulong)bytes.Length)
        {
            throw new InvalidDataException($"A field of {length} bytes has only {bytes.Length}.");
        }

        var taken = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return taken;
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> bytes)
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = Take(ref bytes, 1).Span[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A number has more than ten bytes.");
    }
}
