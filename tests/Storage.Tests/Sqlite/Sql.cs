using Microsoft.Data.Sqlite;

namespace FunctionsEval.Storage.Tests.Sqlite;

/// <summary>What some other program does to a SQLite file.</summary>
internal static class Sql
{
    public static void Execute(string path, params string[] statements)
    {
        using var connection = Open(path);
        Execute(connection, statements);
    }

    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    public static void Execute(SqliteConnection connection, params string[] statements)
    {
        foreach (var statement in statements)
        {
            using var command = connection.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }
    }
}
