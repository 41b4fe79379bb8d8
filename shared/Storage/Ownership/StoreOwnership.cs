namespace FunctionsEval.Storage.Ownership;

/// <summary>The right to run the engine on a store: one process has it at a time, until it is disposed or lost.</summary>
public abstract class StoreOwnership : IAsyncDisposable
{
    private protected StoreOwnership(StoreOwner owner) => Owner = owner;

    public StoreOwner Owner { get; }

    /// <summary>Cancelled when somebody else may own the store from now on: stop writing. A file lock is never lost.</summary>
    public abstract CancellationToken Lost { get; }

    public abstract ValueTask DisposeAsync();
}

/// <summary>How asking for the ownership ended.</summary>
public abstract record OwnershipResult
{
    private OwnershipResult()
    {
    }

    public sealed record Acquired(StoreOwnership Ownership) : OwnershipResult;

    /// <summary>Somebody else has it. <paramref name="Owner"/> is null when its note could not be read.</summary>
    public sealed record Owned(StoreOwner? Owner, string Message) : OwnershipResult;
}
