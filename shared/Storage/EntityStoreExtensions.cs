using System.Runtime.CompilerServices;

namespace FunctionsEval.Storage;

public static class EntityStoreExtensions
{
    public static Task<SubmitResult> SubmitAsync(this IEntityStore store, string table, EntityOperation operation, CancellationToken cancellationToken) =>
        store.SubmitAsync(table, [operation], cancellationToken);

    /// <summary>Streams all rows of a range, a page at a time.</summary>
    public static async IAsyncEnumerable<Entity> QueryAsync(
        this IEntityStore store, EntityQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            var page = await store.QueryPageAsync(query, continuation, cancellationToken);
            foreach (var entity in page.Entities)
            {
                yield return entity;
            }

            continuation = page.ContinuationToken;
        }
        while (continuation is not null);
    }
}
