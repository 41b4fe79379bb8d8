using System.Collections.Concurrent;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Providers.Limits;

namespace FunctionsEval.Models;

/// <summary>
/// The catalog of a base URL. A run that was started with --base-url keeps it, so that resuming it does not turn to another
/// server; no request can set one.
/// </summary>
public sealed class ProviderCatalogs : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ProviderCatalog>> _catalogs = new(StringComparer.Ordinal);
    private readonly Func<string?, ProviderSettings> _settings;
    private readonly TimeProvider _clock;
    private readonly IQuotaStore? _quota;

    /// <param name="quota">Where configured limits are shared with other processes; null enforces none of them.</param>
    internal ProviderCatalogs(Func<string?, ProviderSettings> settings, TimeProvider clock, IQuotaStore? quota = null)
    {
        (_settings, _clock, _quota) = (settings, clock, quota);
    }

    /// <param name="baseUrl">Null takes the environment's, or the vendor's own.</param>
    public ProviderCatalog For(string? baseUrl) => _catalogs.GetOrAdd(
        baseUrl ?? "", _ => new Lazy<ProviderCatalog>(() => new ProviderCatalog(_settings(baseUrl), _clock, new Random(), _quota))).Value;

    /// <summary>No call of any model leaves any more; gives how many are under way at the time of asking.</summary>
    public Func<int> Close()
    {
        var gates = _catalogs.Values.Where(catalog => catalog.IsValueCreated).SelectMany(catalog => catalog.Value.Gates().Values).ToList();
        gates.ForEach(gate => gate.Close());
        return () => gates.Sum(gate => gate.Snapshot().InFlight);
    }

    public void Dispose()
    {
        foreach (var catalog in _catalogs.Values.Where(catalog => catalog.IsValueCreated))
        {
            catalog.Value.Dispose();
        }
    }
}
