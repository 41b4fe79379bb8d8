namespace FunctionsEval.Storage;

/// <summary>The store could not be reached, is full, read-only, damaged or not ours. The message says which and what to do.</summary>
public sealed class StorageException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>True when the right to write is what is missing; reading may still be possible.</summary>
    public bool IsDenied { get; init; }

    /// <summary>True when what was stored is no longer what was written: trying again does not help.</summary>
    public bool IsDamaged { get; init; }

    /// <summary>A row is gone that was written before what now asks for it.</summary>
    public static StorageException Missing(string what) => new($"The store is damaged: {what} is not in it any more. Restore it from a copy.") { IsDamaged = true };
}
