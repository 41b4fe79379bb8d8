using System.Globalization;
using Microsoft.Data.Sqlite;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>
/// Entities in a SQLite file, one SQL table each. Keys order by code point (UTF-8 bytes): the same as ordinal UTF-16 within the basic plane.
/// The database is not owned: who opened it closes it.
/// </summary>
internal sealed class SqliteEntityStore(SqliteDatabase database) : IEntityStore
{
    public Task<Entity?> FindAsync(string table, string partitionKey, string rowKey, CancellationToken cancellationToken)
    {
        EntityRules.CheckTable(table);
        cancellationToken.ThrowIfCancellationRequested();
        if (!EntityRules.IsKey(partitionKey) || !EntityRules.IsKey(rowKey))
        {
            return Task.FromResult<Entity?>(null);
        }

        return Task.FromResult(database.Read((table, partitionKey, rowKey), static (session, row) =>
        {
            var statement = session.Statement(row.table, EntitySql.Find)?.Bind(1, row.partitionKey).Bind(2, row.rowKey);
            if (statement is null || !statement.Step())
            {
                return null;
            }

            var entity = EntityRow.Decode(statement, row.table, row.partitionKey, []);
            statement.Reset();
            return entity;
        }));
    }

    public async Task<SubmitResult> SubmitAsync(string table, IReadOnlyList<EntityOperation> operations, CancellationToken cancellationToken)
    {
        EntityRules.CheckSubmission(table, operations);
        cancellationToken.ThrowIfCancellationRequested();
        var submission = new Submission(table, operations);
        try
        {
            var result = await database.WriteAsync(submission.Apply, cancellationToken);
            if (result.IsApplied)
            {
                submission.SetETags();
            }

            return result;
        }
        catch (SqliteException e)
        {
            throw new ArgumentException($"Storage file '{database.Path}' does not take this submission ({e.Message.TrimEnd('.')}).", nameof(operations), e);
        }
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

    /// <summary>A submission, encoded on its caller's thread.</summary>
    private sealed class Submission
    {
        private readonly string _table;
        private readonly IReadOnlyList<EntityOperation> _operations;
        private readonly EntityRow[] _rows;
        private readonly bool _needsSavepoint;
        private long _firstVersion;

        public Submission(string table, IReadOnlyList<EntityOperation> operations)
        {
            (_table, _operations, _rows) = (table, operations, new EntityRow[operations.Count]);
            for (var index = 0; index < _rows.Length; index++)
            {
                var (kind, entity) = operations[index];
                _rows[index] = kind == EntityOperationKind.Delete ? default : EntityRow.Encode(entity);

                // Only an operation after the first that may be refused leaves something to undo.
                _needsSavepoint |= index > 0 && kind != EntityOperationKind.Upsert;
            }
        }

        public void SetETags()
        {
            for (var index = 0; index < _rows.Length; index++)
            {
                _operations[index].Entity.ETag = ETag(_firstVersion + index);
            }
        }

        public SubmitResult Apply(SqliteWriter writer)
        {
            writer.EnsureTable(_table);
            _firstVersion = writer.NextSequence(_rows.Length);
            if (_needsSavepoint)
            {
                writer.Session.Execute("SAVEPOINT submission");
            }

            var result = SubmitResult.Applied;
            for (var index = 0; index < _rows.Length && result.IsApplied; index++)
            {
                var status = Apply(writer.Session, index);
                if (status != SubmitStatus.Applied)
                {
                    result = new SubmitResult(status, index);
                }
            }

            if (_needsSavepoint)
            {
                if (!result.IsApplied)
                {
                    writer.Session.Execute("ROLLBACK TO submission");
                }

                writer.Session.Execute("RELEASE submission");
            }

            return result;
        }

        private SubmitStatus Apply(SqliteSession session, int index)
        {
            var (kind, entity) = _operations[index];
            var statement = session.Statement(_table, SqlOf(kind, entity))!.Bind(1, entity.PartitionKey).Bind(2, entity.RowKey);
            if (kind != EntityOperationKind.Delete)
            {
                var version = _firstVersion + index;
                statement.Bind(3, version).Bind(4, _rows[index].Properties).Bind(5, _rows[index].Checksum(version));
            }

            if (kind == EntityOperationKind.Replace || (kind == EntityOperationKind.Delete && entity.ETag is not null))
            {
                statement.Bind(6, Version(entity.ETag!));
            }

            if (statement.Execute() > 0)
            {
                return SubmitStatus.Applied;
            }

            return kind == EntityOperationKind.Insert
                ? SubmitStatus.AlreadyExists
                : session.Statement(_table, EntitySql.Find)!.Bind(1, entity.PartitionKey).Bind(2, entity.RowKey).Exists()
                    ? SubmitStatus.Conflict
                    : SubmitStatus.NotFound;
        }

        private static EntitySql SqlOf(EntityOperationKind kind, Entity entity) => kind switch
        {
            EntityOperationKind.Insert => EntitySql.Insert,
            EntityOperationKind.Upsert => EntitySql.Upsert,
            EntityOperationKind.Replace => EntitySql.Replace,
            _ => entity.ETag is null ? EntitySql.DeleteAny : EntitySql.Delete,
        };

        // An ETag that is not ours is a version that no row has.
        private static long Version(string etag) => long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1;
    }
}
