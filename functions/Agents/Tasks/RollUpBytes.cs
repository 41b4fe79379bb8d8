using System.Buffers.Binary;
using System.Text;

namespace FunctionsEval.Agents.Tasks;

/// <summary>Reads what <see cref="DayRollUp.ToBytes"/> wrote. A window has thousands of rows with a hundred keys each, so nothing is allocated for them.</summary>
internal ref struct RollUpReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _left = bytes;

    public byte Byte()
    {
        var value = _left[0];
        _left = _left[1..];
        return value;
    }

    /// <summary>Seven bits a byte, the lowest first, as <see cref="BinaryWriter.Write7BitEncodedInt64"/> writes them.</summary>
    public long Number()
    {
        var value = 0L;
        for (var shift = 0; ; shift += 7)
        {
            var next = Byte();
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    public int Int32() => checked((int)Number());

    public double Double()
    {
        var value = BinaryPrimitives.ReadDoubleLittleEndian(_left);
        _left = _left[sizeof(double)..];
        return value;
    }

    public string Text()
    {
        var length = Int32();
        var text = Encoding.UTF8.GetString(_left[..length]);
        _left = _left[length..];
        return text;
    }
}
