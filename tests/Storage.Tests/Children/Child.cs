using System.Globalization;
using FunctionsEval.Storage.Sqlite;

namespace FunctionsEval.Storage.Tests.Children;

/// <summary>What a child process does. It speaks by lines on standard output.</summary>
internal static class Child
{
    public const string Table = "rows";

    public static Task<int> RunAsync(string[] args) => args switch
    {
        ["write", var path] => WriteForeverAsync(path),
        ["fill", var folder] => FillAsync(folder),
        ["insert", var path] => InsertAsync(path, 1),
        ["insert", var path, var row] => InsertAsync(path, int.Parse(row, CultureInfo.InvariantCulture)),
        ["count", var path, var rounds] => CountAsync(path, int.Parse(rounds, CultureInfo.InvariantCulture)),
        ["read", var path] => ReadAsync(path),
        ["lock", var path] => LockAsync(path),
        _ => throw new ArgumentException($"Unknown child: {string.Join(' ', args)}", nameof(args)),
    };

    /// <summary>Eight writers; a line for each batch of three rows once it is acknowledged.</summary>
    private static async Task<int> WriteForeverAsync(string path)
    {
        await using var database = SqliteDatabase.Open(path);
        var store = new SqliteEntityStore(database);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var batch = 0; ; batch++)
            {
                var rows = Enumerable.Range(0, 3).Select(row => EntityOperation.Insert(new Entity($"{writer}", $"{batch:D8}-{row}") { ["text"] = new string('x', 500) }));
                await store.SubmitAsync(Table, [.. rows], CancellationToken.None);
                Console.WriteLine($"{writer} {batch}");
            }
        }));
        return 0;
    }

    /// <summary>Writes until the disk is full, frees some space, and writes again.</summary>
    private static async Task<int> FillAsync(string folder)
    {
        var reserve = Path.Combine(folder, "reserve");
        await File.WriteAllBytesAsync(reserve, new byte[512 * 1024]);
        await using var database = SqliteDatabase.Open(Path.Combine(folder, "data.db"));
        var store = new SqliteEntityStore(database);
        var written = 0;
        try
        {
            for (; ; written++)
            {
                await store.SubmitAsync(Table, EntityOperation.Insert(Row(written)), CancellationToken.None);
            }
        }
        catch (StorageException e)
        {
            Console.WriteLine(e.Message);
        }

        Console.WriteLine(await CountAsync(store) == written ? "nothing lost" : "lost");
        File.Delete(reserve);
        await store.SubmitAsync(Table, EntityOperation.Insert(Row(written)), CancellationToken.None);
        Console.WriteLine(await CountAsync(store) == written + 1 ? "works again" : "lost");
        return 0;
    }

    /// <summary>Eight writers add to sixteen counters that other processes add to as well, and insert a row for each time they did.</summary>
    private static async Task<int> CountAsync(string path, int rounds)
    {
        await using var database = SqliteDatabase.Open(path);
        var store = new SqliteEntityStore(database);
        var conflicts = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var round = 0; round < rounds;)
            {
                var name = $"counter-{(writer + round) % 16:D2}";
                var counter = await store.FindAsync(Table, "p", name, CancellationToken.None);
                var next = counter ?? new Entity("p", name);
                next["n"] = (next.GetInt64("n") ?? 0) + 1;
                var result = await store.SubmitAsync(
                    Table,
                    [
                        counter is null ? EntityOperation.Insert(next) : EntityOperation.Replace(next),
                        EntityOperation.Insert(new Entity("p", $"{Environment.ProcessId}-{writer}-{round}") { ["counter"] = name }),
                    ],
                    CancellationToken.None);
                if (result.IsApplied)
                {
                    round++;
                }
                else
                {
                    Interlocked.Increment(ref conflicts);
                }
            }
        }));
        Console.WriteLine($"counted, {conflicts} conflicts");
        return 0;
    }

    private static async Task<int> InsertAsync(string path, int row)
    {
        try
        {
            await using var database = SqliteDatabase.Open(path);
            await new SqliteEntityStore(database).SubmitAsync(Table, EntityOperation.Insert(Row(row)), CancellationToken.None);
            Console.WriteLine("written");
        }
        catch (StorageException e)
        {
            Console.WriteLine(e.Message);
        }

        return 0;
    }

    private static async Task<int> ReadAsync(string path)
    {
        try
        {
            await using var database = SqliteDatabase.Open(path, mayBeReadOnly: true);
            Console.WriteLine($"{await CountAsync(new SqliteEntityStore(database))} rows, {(database.IsReadOnly ? "read-only" : "writable")}");
        }
        catch (StorageException e)
        {
            Console.WriteLine(e.Message);
        }

        return await InsertAsync(path, 1);
    }

    private static Task<int> LockAsync(string path)
    {
        using var session = new SqliteFile(path, TimeSpan.FromSeconds(5)).OpenWriter();
        session.Execute("BEGIN EXCLUSIVE");
        Console.WriteLine("locked");
        Console.ReadLine();
        return Task.FromResult(0);
    }

    private static Entity Row(int number) => new("p", $"{number:D8}") { ["text"] = new string('x', 20_000) };

    private static async Task<int> CountAsync(IEntityStore store)
    {
        var count = 0;
        await foreach (var _ in store.QueryAsync(new EntityQuery(Table), CancellationToken.None))
        {
            count++;
        }

        return count;
    }
}
