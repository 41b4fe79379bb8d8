using System.Collections.Concurrent;
using FunctionsEval.Providers.Calls;
using FunctionsEval.Providers.Limits;

namespace FunctionsEval.Providers.Catalog;

/// <summary>
/// From a model's name to the way to call it. One per process: its connections and, per provider and model, its gates are shared by
/// everything that calls. Thread-safe.
/// </summary>
public sealed class ProviderCatalog(ProviderSettings settings, TimeProvider clock, Random random, IQuotaStore? quota = null) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<CallQuota> _quotas = [];
    private readonly VendorConnections _connections = new(settings, clock);
    private readonly ConcurrentDictionary<string, ProviderResolution> _resolved = new(StringComparer.Ordinal);
    private bool _disposed;

    /// <summary>Resolves <c>provider:model</c> or a model id alone; the same name gives the same caller.</summary>
    public ProviderResolution Resolve(string model)
    {
        if (_resolved.TryGetValue(model, out var known))
        {
            return known;
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _resolved.TryGetValue(model, out known) ? known : _resolved[model] = ResolveNew(model);
        }
    }

    /// <summary>The gates in use, by <c>provider:model</c>, for display.</summary>
    public IReadOnlyDictionary<string, AdaptiveConcurrency> Gates() => Callers().ToDictionary(entry => entry.Name, entry => entry.Caller.Gate);

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (var (_, caller) in Callers())
            {
                caller.Gate.Dispose();
            }

            _quotas.ForEach(quota => quota.Dispose());
            _connections.Dispose();
        }
    }

    private IEnumerable<(string Name, ModelCaller Caller)> Callers() => _resolved.Values
        .OfType<ProviderResolution.Resolved>()
        .DistinctBy(resolved => resolved.Caller)
        .Select(resolved => ($"{resolved.ProviderName}:{resolved.Model}", resolved.Caller));

    private ProviderResolution ResolveNew(string name)
    {
        var (vendor, model) = Vendor.Split(name.Trim());
        if (vendor is null)
        {
            return Unsupported(
                ModelErrorCode.UnsupportedProvider,
                $"Cannot determine provider for model '{name}'. Write provider:model; supported: {Vendor.Names}.");
        }

        if (model.Length == 0)
        {
            return Unsupported(ModelErrorCode.ValidationError, $"'{name}' names a provider but no model. Write provider:model.");
        }

        if (_connections.Find(vendor, model, out var failure) is not { } provider)
        {
            return new ProviderResolution.Unsupported(failure!);
        }

        var same = _resolved.Values.OfType<ProviderResolution.Resolved>().FirstOrDefault(other => other.ProviderName == vendor.Name && other.Model == model);
        return same ?? new ProviderResolution.Resolved(vendor.Name, model, provider, Caller(vendor.Name, model, provider), _connections.RouteOf(vendor));
    }

    private ModelCaller Caller(string vendor, string model, IModelProvider provider)
    {
        var limits = settings.Limits.Find(vendor, model);
        var most = Math.Min(settings.MostConcurrent, limits?.Concurrency ?? int.MaxValue);
        var options = settings.Concurrency is null ? new ConcurrencyOptions(Max: most) : new ConcurrencyOptions(Start: most, Max: most);
        var gate = new AdaptiveConcurrency(options, PreciseClock.Of(clock));
        var shared = CallQuota.Of(vendor, model, limits, quota, clock);
        if (shared is not null)
        {
            _quotas.Add(shared);
        }

        return new ModelCaller(vendor, provider, gate, settings.Calls, clock, new Random(random.Next()), shared);
    }

    private static ProviderResolution.Unsupported Unsupported(ModelErrorCode code, string message) => new(new ModelFailure(code, message));
}
