using System.Buffers;

namespace FunctionsEval.Storage;

/// <summary>The limits of Table storage, enforced alike by every backend before anything is written.</summary>
internal static class EntityRules
{
    public const int OperationsPerSubmission = 100;
    public const int PropertiesPerEntity = 252;
    public const int BytesPerProperty = 64 * 1024;
    public const int BytesPerEntity = 1024 * 1024;
    public const int BytesPerSubmission = 4 * 1024 * 1024;
    public const int UnitsPerKey = 512;

    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<char> LettersAndDigits = SearchValues.Create(Letters + "0123456789");
    private static readonly SearchValues<char> PropertyNameCharacters = SearchValues.Create(Letters + "0123456789_");

    // What System.Text.Json, by which the Azure client writes, leaves as it is. Everything else takes six bytes: \u and four digits.
    private static readonly SearchValues<char> PlainInJson = SearchValues.Create(Letters + "0123456789 !#$%()*,-./:;=?@[]^_{|}~");
    private static readonly DateTimeOffset FirstTime = new(1601, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void CheckTable(string table)
    {
        if (table.Length is < 3 or > 63 || !char.IsAsciiLetter(table[0]) || table.AsSpan().ContainsAnyExcept(LettersAndDigits))
        {
            throw new ArgumentException($"Table '{table}': a table name is 3 to 63 ASCII letters and digits and starts with a letter.", nameof(table));
        }
    }

    /// <summary>False for a key that no row can have, so that it need not be looked for.</summary>
    public static bool IsKey(string key) => KeyEscape.EscapedLength(key) <= UnitsPerKey && HalfPairIn(key) < 0;

    public static void CheckKey(string name, string key)
    {
        if (key is null)
        {
            throw new ArgumentException($"{name} is null: a row has both keys.", name);
        }

        if (KeyEscape.EscapedLength(key) > UnitsPerKey)
        {
            throw new ArgumentException(
                $"{name} '{key[..Math.Min(key.Length, 40)]}...' takes {KeyEscape.EscapedLength(key)} UTF-16 units (escaped); a key may have {UnitsPerKey}.",
                name);
        }

        CheckText(name, key);
    }

    public static void CheckSubmission(string table, IReadOnlyList<EntityOperation> operations)
    {
        CheckTable(table);
        if (operations.Any(operation => operation.Entity is null))
        {
            throw new ArgumentException("An operation has no entity.", nameof(operations));
        }

        if (operations.Count is 0 or > OperationsPerSubmission)
        {
            throw new ArgumentException($"{operations.Count} operations: a submission has 1 to {OperationsPerSubmission}.", nameof(operations));
        }

        var partitionKey = operations[0].Entity.PartitionKey;
        CheckKey(nameof(Entity.PartitionKey), partitionKey);
        var bytes = 0;
        foreach (var (kind, entity) in operations)
        {
            if (entity.PartitionKey != partitionKey)
            {
                throw new ArgumentException(
                    $"Partitions '{partitionKey}' and '{entity.PartitionKey}' in one submission: all operations must be in one partition.", nameof(operations));
            }

            CheckKey(nameof(Entity.RowKey), entity.RowKey);
            if (kind == EntityOperationKind.Replace && entity.ETag is null)
            {
                throw new ArgumentException($"Row '{entity.RowKey}': a replace needs the ETag of the row that was read.", nameof(operations));
            }

            bytes += kind == EntityOperationKind.Delete ? 0 : CheckEntity(entity);
        }

        // At most three times what is counted is sent (six bytes for a UTF-16 unit of two), so most submissions need no second look.
        if (bytes > BytesPerSubmission / 4 && operations.Sum(operation => SentBytes(operation.Entity)) is > BytesPerSubmission and var sent)
        {
            throw new ArgumentException($"{sent} bytes to send in one submission: at most {BytesPerSubmission} (4 MiB) are allowed.", nameof(operations));
        }

        CheckEachRowOnce(operations);
    }

    public static void CheckQuery(EntityQuery query)
    {
        CheckTable(query.Table);
        if (query.PageSize is < 1 or > 1000)
        {
            throw new ArgumentException($"PageSize {query.PageSize}: a page has 1 to 1000 rows.", nameof(query));
        }

        if (query.PartitionKey is not null && (query.PartitionFrom ?? query.PartitionTo) is not null)
        {
            throw new ArgumentException("PartitionKey excludes PartitionFrom and PartitionTo: give one partition or a range.", nameof(query));
        }
    }

    /// <summary>The size of an entity in a request, or a little more: text as escaped JSON, binary in base64, its keys again in an address.</summary>
    public static int SentBytes(Entity entity) =>
        700 + (3 * (JsonBytes(entity.PartitionKey) + JsonBytes(entity.RowKey))) + entity.Properties.Sum(property => 6 + property.Key.Length + property.Value switch
        {
            string text => JsonBytes(text),
            byte[] binary => 30 + property.Key.Length + ((binary.Length + 2) / 3 * 4),
            _ => 70 + property.Key.Length,
        });

    /// <summary>Size as Table storage counts it: 4 + 2 per key unit + per property 8 + 2 per name unit + its value.</summary>
    private static int CheckEntity(Entity entity)
    {
        if (entity.Properties.Count > PropertiesPerEntity)
        {
            throw new ArgumentException(
                $"Row '{entity.RowKey}' has {entity.Properties.Count} properties; an entity may have {PropertiesPerEntity}.", nameof(entity));
        }

        var bytes = 4 + (2 * (entity.PartitionKey.Length + entity.RowKey.Length));
        foreach (var (name, value) in entity.Properties)
        {
            CheckName(name);
            var size = SizeOf(name, value);
            if (size > BytesPerProperty)
            {
                throw new ArgumentException(
                    $"Property '{name}' of row '{entity.RowKey}' has {size} bytes; a property may have {BytesPerProperty} " +
                    $"(32,768 UTF-16 units of text). Longer text: {nameof(EntityText)}.{nameof(EntityText.SetText)}.",
                    name);
            }

            bytes += 8 + (2 * name.Length) + size + (value is string or byte[]? 4 : 0);
        }

        return bytes <= BytesPerEntity
            ? bytes
            : throw new ArgumentException($"Row '{entity.RowKey}' has {bytes} bytes; an entity may have {BytesPerEntity} (1 MiB).", nameof(entity));
    }

    private static int SizeOf(string name, object value)
    {
        switch (value)
        {
            case string text:
                CheckText(name, text);
                return 2 * text.Length;
            case byte[] binary:
                return binary.Length;
            case bool:
                return 1;
            case DateTimeOffset time when time < FirstTime:
                throw new ArgumentException($"Property '{name}': {time:O} is before 1601-01-01, the first time that can be stored.", name);
            case long or double or DateTimeOffset:
                return 8;
            default:
                throw new ArgumentException($"Property '{name}': {value?.GetType().Name ?? "null"} cannot be stored.", name);
        }
    }

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > 255 || char.IsAsciiDigit(name[0]) || name.AsSpan().ContainsAnyExcept(PropertyNameCharacters) ||
            name is nameof(Entity.PartitionKey) or nameof(Entity.RowKey) or nameof(Entity.ETag) or "Timestamp")
        {
            throw new ArgumentException(
                $"Property '{name}': a name is 1 to 255 ASCII letters, digits and underscores, does not start with a digit, " +
                "and is not PartitionKey, RowKey, Timestamp or ETag.",
                name);
        }
    }

    private static int JsonBytes(string text)
    {
        var bytes = text.Length;
        foreach (var unit in text)
        {
            bytes += PlainInJson.Contains(unit) ? 0 : 5;
        }

        return bytes;
    }

    private static void CheckText(string name, string text)
    {
        if (HalfPairIn(text) is >= 0 and var index)
        {
            throw new ArgumentException($"'{name}' holds half a surrogate pair (U+{(int)text[index]:X4}) at {index}: it is not valid Unicode text.", name);
        }
    }

    // Half a surrogate pair has no UTF-8 form: it would silently come back as U+FFFD.
    private static int HalfPairIn(string text)
    {
        var from = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff');
        for (var index = from; index >= 0 && index < text.Length; index++)
        {
            if (char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
            {
                index++;
            }
            else if (char.IsSurrogate(text[index]))
            {
                return index;
            }
        }

        return -1;
    }

    private static void CheckEachRowOnce(IReadOnlyList<EntityOperation> operations)
    {
        if (operations.Count == 1)
        {
            return;
        }

        var seen = new HashSet<string>(operations.Count, StringComparer.Ordinal);
        foreach (var (_, entity) in operations)
        {
            if (!seen.Add(entity.RowKey))
            {
                throw new ArgumentException($"Row '{entity.RowKey}' appears twice in one submission: each row may appear once.", nameof(operations));
            }
        }
    }
}
