using System.Text.Json;

namespace FunctionsEval.Storage.Ownership;

/// <summary>
/// Ownership of a data folder: an OS lock on <c>owner.lock</c>, which the kernel releases however the process ends, and <c>owner.json</c>
/// beside it, which says who holds it (a locked file cannot be read everywhere).
/// </summary>
public sealed class FileOwnership : StoreOwnership
{
    private readonly FileStream _lock;
    private readonly string _note;

    private FileOwnership(FileStream fileLock, string note, StoreOwner owner)
        : base(owner)
    {
        _lock = fileLock;
        _note = note;
    }

    public override CancellationToken Lost => CancellationToken.None;

    public static OwnershipResult Acquire(string dataFolder, TimeProvider clock)
    {
        var folder = Path.GetFullPath(dataFolder);
        var note = Path.Combine(folder, "owner.json");
        FileStream fileLock;
        try
        {
            Directory.CreateDirectory(folder);
            fileLock = new FileStream(Path.Combine(folder, "owner.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or DirectoryNotFoundException)
        {
            throw new StorageException($"Data folder '{folder}' cannot be written: {e.Message} Give this user the right, or choose another folder.", e);
        }
        catch (IOException e)
        {
            return IsHeldByOther(e)
                ? OwnedBy(folder, ReadNote(note))
                : throw new StorageException($"The lock file in data folder '{folder}' cannot be opened: {e.Message}", e);
        }

        var owner = StoreOwner.ThisProcess(clock);
        try
        {
            // Renamed into place, so that a reader never sees half of it.
            File.WriteAllText(note + ".new", JsonSerializer.Serialize(owner, StoreOwnerJson.Default.StoreOwner));
            File.Move(note + ".new", note, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fileLock.Dispose();
            throw new StorageException($"'{note}' cannot be written: {e.Message}", e);
        }

        return new OwnershipResult.Acquired(new FileOwnership(fileLock, note, owner));
    }

    public override ValueTask DisposeAsync()
    {
        if (_lock.CanWrite)
        {
            File.Delete(_note);
            _lock.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    // EWOULDBLOCK is 11 on Linux and 35 on macOS; Windows has ERROR_SHARING_VIOLATION (32) and ERROR_LOCK_VIOLATION (33).
    private static bool IsHeldByOther(IOException e) => OperatingSystem.IsWindows() ? (e.HResult & 0xffff) is 32 or 33 : e.HResult is 11 or 35;

    private static OwnershipResult.Owned OwnedBy(string folder, StoreOwner? owner) =>
        new(owner, $"Data folder '{folder}' is in use by {owner?.ToString() ?? "another process"}. Stop it first, or use another data folder.");

    private static StoreOwner? ReadNote(string note)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(note), StoreOwnerJson.Default.StoreOwner);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
