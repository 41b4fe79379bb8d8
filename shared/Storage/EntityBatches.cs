namespace FunctionsEval.Storage;

/// <summary>Writes of many rows of one partition, cut into batches that Table storage takes.</summary>
public static class EntityBatches
{
    public const int MaxOperations = 100;

    // A batch may hold 4 MiB on the wire; text grows when it is escaped, so batches are cut well below.
    private const int MaxUnits = 700_000;

    public static async Task UpsertAsync(IEntityStore store, string table, IReadOnlyList<Entity> entities, CancellationToken cancellationToken)
    {
        var batch = new List<EntityOperation>();
        var units = 0;
        foreach (var entity in entities)
        {
            var size = Units(entity);
            if (batch.Count == MaxOperations || (batch.Count > 0 && units + size > MaxUnits))
            {
                await store.SubmitAsync(table, batch, cancellationToken);
                (batch, units) = ([], 0);
            }

            batch.Add(EntityOperation.Upsert(entity));
            units += size;
        }

        if (batch.Count > 0)
        {
            await store.SubmitAsync(table, batch, cancellationToken);
        }
    }

    private static int Units(Entity entity) =>
        entity.Properties.Values.Sum(value => value switch { string text => text.Length, byte[] bytes => bytes.Length, _ => 16 });
}
