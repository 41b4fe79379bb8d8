using System.Buffers;
using System.Globalization;
using FunctionsEval.Storage;

namespace FunctionsEval.Hosting.StandAlone;

/// <summary>Bytes of any length as rows <c>name|000</c>, <c>name|001</c>, ...: properties of 64 KiB, rows below 1 MiB.</summary>
internal static class EntityBytes
{
    public const int BytesPerProperty = 64 * 1024;
    public const int BytesPerRow = 14 * BytesPerProperty;

    private const string PartCount = "parts";

    public static string RowKey(string name, int part) => string.Create(CultureInfo.InvariantCulture, $"{name}|{part:D3}");

    public static List<Entity> ToRows(string partition, string name, byte[] bytes)
    {
        var rows = new List<Entity>();
        var count = Math.Max(1, (bytes.Length + BytesPerRow - 1) / BytesPerRow);
        for (var part = 0; part < count; part++)
        {
            var row = new Entity(partition, RowKey(name, part)) { [PartCount] = count };
            var end = Math.Min(bytes.Length, (part + 1) * BytesPerRow);
            for (var (start, property) = (part * BytesPerRow, 0); start < end; start += BytesPerProperty, property++)
            {
                row[PropertyName(property)] = bytes[start..Math.Min(end, start + BytesPerProperty)];
            }

            rows.Add(row);
        }

        return rows;
    }

    public static int SizeOf(Entity row) => row.Properties.Values.Sum(value => (value as byte[])?.Length ?? 64);

    /// <summary>Puts rows together again. Rows beyond the count of the first one are left from something longer and are skipped.</summary>
    public sealed class Reader
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();
        private long _missing;
        private string? _name;

        /// <summary>The whole, once its last row has come.</summary>
        public byte[]? Add(Entity row)
        {
            var name = row.RowKey[..row.RowKey.LastIndexOf('|')];
            if (name != _name)
            {
                _name = name;
                _missing = row.GetInt64(PartCount) ?? 1;
                _bytes.ResetWrittenCount();
            }

            if (_missing == 0)
            {
                return null;
            }

            for (var property = 0; row.GetBytes(PropertyName(property)) is { } chunk; property++)
            {
                _bytes.Write(chunk);
            }

            return --_missing == 0 ? _bytes.WrittenSpan.ToArray() : null;
        }
    }

    private static string PropertyName(int property) => string.Create(CultureInfo.InvariantCulture, $"b{property:D2}");
}
