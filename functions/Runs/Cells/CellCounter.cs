using System.Collections.Immutable;
using System.Globalization;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Cells;

/// <summary>The counter row of one cell partition: one <see cref="CellCounts"/> per variant, as of the version it was read at.</summary>
internal sealed class CellCounter(string partition, ImmutableSortedDictionary<string, CellCounts> variants, string? etag)
{
    public static CellCounter Empty(string partition) =>
        new(partition, ImmutableSortedDictionary.Create<string, CellCounts>(StringComparer.Ordinal), null);

    public static async Task<CellCounter> ReadAsync(IEntityStore entities, string partition)
    {
        var entity = await entities.FindAsync(TableKeys.Cells, partition, TableKeys.Counter, CancellationToken.None);
        return entity is null
            ? Empty(partition)
            : new CellCounter(partition, Variants(entity).ToImmutableSortedDictionary(StringComparer.Ordinal), entity.ETag);
    }

    public static IEnumerable<KeyValuePair<string, CellCounts>> Variants(Entity entity) =>
        entity.Properties.Select(property => KeyValuePair.Create(property.Key, CellCounts.Parse((string)property.Value)));

    public static string Name(int variant) => string.Create(CultureInfo.InvariantCulture, $"v{variant:D3}");

    public static int Variant(string name) => int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture);

    public CellCounter With(CellRecord cell)
    {
        var name = Name(cell.Address.Variant);
        var counts = variants.GetValueOrDefault(name, CellCounts.None) + CellCounts.Of(cell);
        return new CellCounter(partition, variants.SetItem(name, counts), etag);
    }

    /// <summary>Without the cell's outcome, but with its calls and what they cost: they were made.</summary>
    public CellCounter WithoutOutcome(CellRecord cell)
    {
        var name = Name(cell.Address.Variant);
        return new CellCounter(partition, variants.SetItem(name, variants.GetValueOrDefault(name, CellCounts.None) + CellCounts.WithoutOutcome(cell)), etag);
    }

    public EntityOperation ToOperation()
    {
        var entity = new Entity(partition, TableKeys.Counter) { ETag = etag };
        foreach (var (name, counts) in variants)
        {
            entity[name] = counts.ToText();
        }

        return etag is null ? EntityOperation.Insert(entity) : EntityOperation.Replace(entity);
    }

    public CellCounter WrittenAs(string? newETag) => new(partition, variants, newETag);
}
