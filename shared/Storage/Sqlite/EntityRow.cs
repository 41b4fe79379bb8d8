using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>
/// A row as it is stored: keys, version, properties as JSON, and a checksum over all of them (XxHash3), so that damage is noticed when it is
/// read. Properties are encoded and hashed on the caller's thread; the one writer only adds the version.
/// </summary>
internal readonly record struct EntityRow(byte[] Properties, ulong Hash)
{
    public static EntityRow Encode(Entity entity)
    {
        var properties = EntityJson.Write(entity);
        return new(properties, HashOf(entity.PartitionKey, entity.RowKey, properties));
    }

    public long Checksum(long version) => Checksum(Hash, version);

    /// <summary>Reads the row under the statement, whose columns are those of <see cref="EntitySql.Find"/>.</summary>
    /// <param name="partitionKey">That of the row before, or any text: it is kept when it is the same again.</param>
    /// <param name="names">The property names of the row before: rows of a table mostly have the same ones.</param>
    public static Entity Decode(SqliteStatement statement, string table, string partitionKey, List<string> names)
    {
        var entity = new Entity(SameOrNew(partitionKey, statement.Bytes(0)), statement.Text(1));
        var version = statement.Int64(2);
        var properties = statement.Bytes(3);
        if (statement.Int64(4) != Checksum(HashOf(entity.PartitionKey, entity.RowKey, properties), version))
        {
            throw SqliteErrors.DamagedRow(table, entity.PartitionKey, entity.RowKey);
        }

        entity.ETag = SqliteEntityStore.ETag(version);
        EntityJson.Read(properties, entity, names);
        return entity;
    }

    private static ulong HashOf(string partitionKey, string rowKey, ReadOnlySpan<byte> properties)
    {
        var hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(partitionKey.AsSpan()));
        hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(rowKey.AsSpan()), (long)hash);
        return XxHash3.HashToUInt64(properties, (long)hash);
    }

    private static long Checksum(ulong hash, long version) =>
        (long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in version)), (long)hash);

    private static string SameOrNew(string last, ReadOnlySpan<byte> utf8)
    {
        Span<char> text = stackalloc char[256];
        return Encoding.UTF8.TryGetChars(utf8, text, out var length) && text[..length].SequenceEqual(last) ? last : Encoding.UTF8.GetString(utf8);
    }
}
