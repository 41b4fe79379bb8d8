using FunctionsEval.Storage;
using FunctionsEval.Storage.Ownership;

namespace FunctionsEval.Hosting.StandAlone;

/// <summary>Owns the store while the engine runs on it: one owner, or a clear sentence about who it is.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly Services _services;
    private readonly StoreOwnership _ownership;
    private readonly CancellationTokenRegistration _lost;

    private EngineHost(Services services, StoreOwnership ownership)
    {
        (_services, _ownership) = (services, ownership);
        _lost = ownership.Lost.Register(services.LoseOwnership);
    }

    /// <summary>Cancelled when somebody else may own the store: the engine stops by itself then.</summary>
    public CancellationToken OwnershipLost => _ownership.Lost;

    /// <param name="prepare">What has to be done by the owner before the engine takes up interrupted work.</param>
    public static async Task<EngineHost> StartAsync(Services services, CancellationToken cancellationToken, Func<Task>? prepare = null)
    {
        var acquired = await services.AcquireOwnershipAsync(cancellationToken);
        if (acquired is not OwnershipResult.Acquired(var ownership))
        {
            throw new StorageException(((OwnershipResult.Owned)acquired).Message);
        }

        var host = new EngineHost(services, ownership);
        try
        {
            await (prepare?.Invoke() ?? Task.CompletedTask);
            await services.Engine.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Running calls are cut off, turns under way are written; a store that does not take them is not waited for.</summary>
    public async Task StopAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience, _services.Clock);
        try
        {
            await _services.Engine.StopAsync(patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // What was not written is done again from the last durable state.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _lost.DisposeAsync();
        await StopAsync();
        await _ownership.DisposeAsync();
    }
}
