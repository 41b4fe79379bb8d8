using System.Globalization;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>
/// Entities in a SQLite file, one SQL table each. Keys order by code point (UTF-8 bytes): the same as ordinal UTF-16 within the basic plane.
/// The database is not owned: who opened it closes it.
/// </summary>
public sealed class SqliteEntityStore(SqliteDatabase database) : IEntityStore
{
    public Task<Entity?> FindAsync(string table, string partitionKey, string rowKey, CancellationToken cancellationToken)
    {
        EntityRules.CheckTable(table);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(database.Read((table, partitionKey, rowKey), static (session, state) =>
        {
            var (table, partitionKey, rowKey) = state;
            var statement = session.Prepare(table, EntitySql.Find, EntitySql.Text)?.Bind(1, partitionKey).Bind(2, rowKey);
            if (statement is null || !statement.Step())
            {
                return null;
            }

            var entity = new Entity(partitionKey, rowKey) { ETag = ETag(statement.Int64(0)) };
            EntityJson.Read(statement.Utf8(1), entity, []);
            statement.Reset();
            return entity;
        }));
    }

    public async Task<SubmitResult> SubmitAsync(string table, IReadOnlyList<EntityOperation> operations, CancellationToken cancellationToken)
    {
        EntityRules.CheckSubmission(table, operations);
        cancellationToken.ThrowIfCancellationRequested();
        using var batch = new EntityBatch(operations);
        var (result, firstVersion) = await database.WriteAsync(transaction => Apply(transaction, table, batch), cancellationToken);
        if (result.IsApplied)
        {
            for (var index = 0; index < operations.Count; index++)
            {
                operations[index].Entity.ETag = ETag(firstVersion + index);
            }
        }

        return result;
    }

    public Task<EntityPage> QueryPageAsync(EntityQuery query, string? continuationToken, CancellationToken cancellationToken)
    {
        EntityRules.CheckQuery(query);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(database.Read(
            (query, continuationToken), static (session, state) => EntityRange.Read(session, state.query, state.continuationToken)));
    }

    /// <summary>Closes nothing: the database belongs to its opener.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static string ETag(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static (SubmitResult Result, long FirstVersion) Apply(SqliteWriteTransaction transaction, string table, EntityBatch batch)
    {
        transaction.EnsureTable(table);
        var session = transaction.Session;
        var firstVersion = transaction.NextSequence(batch.Count);
        if (batch.NeedsSavepoint)
        {
            session.Prepare("SAVEPOINT submission").Execute();
        }

        var result = SubmitResult.Applied;
        for (var index = 0; index < batch.Count && result.IsApplied; index++)
        {
            var status = Apply(session, table, batch, index, firstVersion + index);
            if (status != SubmitStatus.Applied)
            {
                result = new SubmitResult(status, index);
            }
        }

        if (batch.NeedsSavepoint)
        {
            if (!result.IsApplied)
            {
                session.Prepare("ROLLBACK TO submission").Execute();
            }

            session.Prepare("RELEASE submission").Execute();
        }

        return (result, firstVersion);
    }

    private static SubmitStatus Apply(SqliteSession session, string table, EntityBatch batch, int index, long version)
    {
        var kind = batch.Kind(index);
        var expected = batch.ExpectedVersion(index);
        var shape = kind == EntityOperationKind.Delete && expected is null ? EntitySql.DeleteAny : (int)kind;
        var statement = session.Prepare(table, shape, EntitySql.Text)!.Bind(1, batch.PartitionKey).Bind(2, batch.RowKey(index));
        if (kind != EntityOperationKind.Delete)
        {
            statement.Bind(3, version).Bind(4, batch.Json(index));
        }

        if (kind is EntityOperationKind.Replace || shape == (int)EntityOperationKind.Delete)
        {
            statement.Bind(5, expected!.Value);
        }

        if (statement.Execute() > 0)
        {
            return SubmitStatus.Applied;
        }

        if (kind == EntityOperationKind.Insert)
        {
            return SubmitStatus.AlreadyExists;
        }

        var find = session.Prepare(table, EntitySql.Find, EntitySql.Text)!.Bind(1, batch.PartitionKey).Bind(2, batch.RowKey(index));
        var exists = find.Step();
        find.Reset();
        return exists ? SubmitStatus.Conflict : SubmitStatus.NotFound;
    }
}
