using System.Collections.Concurrent;
using FunctionsEval.Providers;

namespace FunctionsEval;

/// <summary>
/// The catalog of a base URL. A run that was started with --base-url keeps it, so that resuming it does not turn to another
/// server; no request can set one.
/// </summary>
public sealed class ProviderCatalogs : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ProviderCatalog>> _catalogs = new(StringComparer.Ordinal);
    private readonly Func<string?, ProviderSettings> _settings;
    private readonly TimeProvider _clock;

    internal ProviderCatalogs(Func<string?, ProviderSettings> settings, TimeProvider clock)
    {
        (_settings, _clock) = (settings, clock);
    }

    /// <param name="baseUrl">Null takes the environment's, or the vendor's own.</param>
    public ProviderCatalog For(string? baseUrl) => _catalogs.GetOrAdd(
        baseUrl ?? "", _ => new Lazy<ProviderCatalog>(() => new ProviderCatalog(_settings(baseUrl), _clock, new Random()))).Value;

    public void Dispose()
    {
        foreach (var catalog in _catalogs.Values.Where(catalog => catalog.IsValueCreated))
        {
            catalog.Value.Dispose();
        }
    }
}
