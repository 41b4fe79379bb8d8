using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace FunctionsEval.TestKit.FunctionsHost.Durable.Wire;

/// <summary>Writes protobuf by field number. Written by hand, so that no generated class can be wrong on both sides at once.</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <param name="always">Members of a oneof are written even when they are zero.</param>
    public WireWriter Number(int field, long value, bool always = false)
    {
        if (value != 0 || always)
        {
            Varint((ulong)field << 3);
            Varint((ulong)value);
        }

        return this;
    }

    public WireWriter Flag(int field, bool value, bool always = false) => Number(field, value ? 1 : 0, always);

    public WireWriter Text(int field, string value)
    {
        if (value.Length > 0)
        {
            Bytes(field, Encoding.UTF8.GetBytes(value));
        }

        return this;
    }

    /// <summary>A google.protobuf.StringValue: nothing for null, an empty message for "".</summary>
    public WireWriter Wrapped(int field, string? value) => value is null ? this : Message(field, wrapper => wrapper.Text(1, value));

    public WireWriter Time(int field, DateTimeOffset? value)
    {
        if (value is not { } time)
        {
            return this;
        }

        var seconds = time.ToUnixTimeSeconds();
        var nanoseconds = (time - DateTimeOffset.FromUnixTimeSeconds(seconds)).Ticks * TimeSpan.NanosecondsPerTick;
        return Message(field, timestamp => timestamp.Number(1, seconds).Number(2, nanoseconds));
    }

    public WireWriter Message(int field, Action<WireWriter> write)
    {
        var message = new WireWriter();
        write(message);
        Bytes(field, message.Written);
        return this;
    }

    public WireWriter Double(int field, double value)
    {
        Varint(((ulong)field << 3) | 1);
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer.GetSpan(sizeof(double)), value);
        _buffer.Advance(sizeof(double));
        return this;
    }

    private void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        _buffer.Write(value);
    }

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _buffer.Write([(byte)(value | 0x80)]);
            value >>= 7;
        }

        _buffer.Write([(byte)value]);
    }
}
