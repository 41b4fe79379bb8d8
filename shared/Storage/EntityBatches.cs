namespace FunctionsEval.Storage;

/// <summary>Writes of many rows of one partition, cut into batches that Table storage takes.</summary>
public static class EntityBatches
{
    public const int MaxOperations = 100;

    // Half of what a request may have: a slow line takes long enough for that.
    private const int BytesPerBatch = EntityRules.BytesPerSubmission / 2;

    public static async Task UpsertAsync(IEntityStore store, string table, IReadOnlyList<Entity> entities, CancellationToken cancellationToken)
    {
        var batch = new List<EntityOperation>();
        var bytes = 0;
        foreach (var entity in entities)
        {
            var size = EntityRules.SentBytes(entity);
            if (batch.Count == MaxOperations || (batch.Count > 0 && bytes + size > BytesPerBatch))
            {
                await store.SubmitAsync(table, batch, cancellationToken);
                (batch, bytes) = ([], 0);
            }

            batch.Add(EntityOperation.Upsert(entity));
            bytes += size;
        }

        if (batch.Count > 0)
        {
            await store.SubmitAsync(table, batch, cancellationToken);
        }
    }
}
