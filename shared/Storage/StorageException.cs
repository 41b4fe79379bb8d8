namespace FunctionsEval.Storage;

/// <summary>The store could not be reached, is full, read-only or broken. The message says which and what to do.</summary>
public sealed class StorageException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>True when the right to write is what is missing; reading may still be possible.</summary>
    public bool IsDenied { get; init; }
}
