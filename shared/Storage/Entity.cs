using System.Globalization;

namespace FunctionsEval.Storage;

/// <summary>
/// One row of a table: partition key, row key, ETag and up to 252 named properties (string, bool, long, double, DateTimeOffset, byte[]).
/// Limits are those of Azure Table storage: 64 KiB a property (32,768 UTF-16 units of text), 1 MiB an entity.
/// </summary>
public sealed class Entity(string partitionKey, string rowKey)
{
    public string PartitionKey { get; } = partitionKey;

    public string RowKey { get; } = rowKey;

    /// <summary>Set by the store on read and on write; opaque.</summary>
    public string? ETag { get; set; }

    public Dictionary<string, object> Properties { get; } = new(StringComparer.Ordinal);

    /// <summary>Sets a property; null removes it. An <see cref="int"/> is kept as <see cref="long"/>.</summary>
    public object? this[string name]
    {
        get => Properties.GetValueOrDefault(name);
        set
        {
            switch (value)
            {
                case null: Properties.Remove(name); break;
                case int number: Properties[name] = (long)number; break;
                case string or bool or long or double or DateTimeOffset or byte[]: Properties[name] = value; break;
                default: throw new ArgumentException($"Property '{name}': {value.GetType().Name} cannot be stored.", nameof(value));
            }
        }
    }

    public string? GetString(string name) => (string?)this[name];

    public long? GetInt64(string name) => this[name] is { } value ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : null;

    public double? GetDouble(string name) => this[name] is { } value ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : null;

    public bool? GetBoolean(string name) => (bool?)this[name];

    public DateTimeOffset? GetDateTimeOffset(string name) => (DateTimeOffset?)this[name];

    public byte[]? GetBytes(string name) => (byte[]?)this[name];
}
