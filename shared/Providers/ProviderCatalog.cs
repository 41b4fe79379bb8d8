using System.Collections.Concurrent;
using FunctionsEval.Providers.Limits;
using FunctionsEval.Providers.OpenAI;

namespace FunctionsEval.Providers;

/// <summary>
/// From a model's name to the way to call it. One per process: its connections and, per provider and model, its gates are shared by
/// everything that calls. Thread-safe.
/// </summary>
public sealed class ProviderCatalog(ProviderSettings settings, TimeProvider clock, Random random) : IDisposable
{
    private static readonly Uri OpenAIEndpoint = new("https://api.openai.com/v1");

    private readonly Lock _lock = new();
    private readonly Dictionary<string, OpenAIProvider> _providers = new(StringComparer.Ordinal);
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

            foreach (var provider in _providers.Values)
            {
                provider.Dispose();
            }
        }
    }

    private IEnumerable<(string Name, ModelCaller Caller)> Callers() => _resolved.Values
        .OfType<ProviderResolution.Resolved>()
        .DistinctBy(resolved => resolved.Caller)
        .Select(resolved => ($"{resolved.ProviderName}:{resolved.Model}", resolved.Caller));

    private ProviderResolution ResolveNew(string name)
    {
        var (provider, model) = ProviderNames.Split(name.Trim());
        return provider switch
        {
            null => Unsupported(
                ModelErrorCode.UnsupportedProvider,
                $"Cannot determine provider for model '{name}'. Write provider:model; supported: {string.Join(", ", ProviderNames.Supported)}."),
            _ when model.Length == 0 => Unsupported(
                ModelErrorCode.ValidationError, $"'{name}' names a provider but no model. Write provider:model."),
            ProviderNames.OpenAI => ResolveOpenAI(model),
            ProviderNames.Compatible => ResolveCompatible(model),
            _ => Unsupported(
                ModelErrorCode.UnsupportedProvider,
                $"Provider '{provider}' of model '{name}' is not supported yet; supported: {string.Join(", ", ProviderNames.Supported)}."),
        };
    }

    private ProviderResolution ResolveOpenAI(string model) => settings.OpenAIKey is { } key
        ? Create(ProviderNames.OpenAI, model, key, ProviderSettings.OpenAIKeyVariable, settings.OpenAIBaseUrl, ProviderSettings.OpenAIBaseUrlVariable)
        : Unsupported(ModelErrorCode.MissingApiKey, $"{ProviderSettings.OpenAIKeyVariable} is not set");

    private ProviderResolution ResolveCompatible(string model) => settings.CompatibleBaseUrl is null
        ? Unsupported(
            ModelErrorCode.ValidationError,
            $"{ProviderSettings.CompatibleBaseUrlVariable} is not set: 'openai-compatible:{model}' needs the base URL of its server "
            + "(that variable, or the command line's base URL)")
        : Create(
            ProviderNames.Compatible, model,
            settings.CompatibleKey ?? settings.OpenAIKey,
            settings.CompatibleKey is null ? ProviderSettings.OpenAIKeyVariable : ProviderSettings.CompatibleKeyVariable,
            settings.CompatibleBaseUrl, ProviderSettings.CompatibleBaseUrlVariable);

    private ProviderResolution Create(string provider, string model, string? key, string keyVariable, string? baseUrl, string baseUrlVariable)
    {
        if (key is not null && key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return Unsupported(ModelErrorCode.AuthError, $"{keyVariable} holds a space or a character that is not ASCII: no HTTP header can carry it");
        }

        var endpoint = OpenAIEndpoint;
        if (baseUrl is not null
            && (!Uri.TryCreate(baseUrl, UriKind.Absolute, out endpoint) || endpoint.Scheme is not ("http" or "https") || endpoint.UserInfo.Length > 0))
        {
            return Unsupported(
                ModelErrorCode.ValidationError,
                $"{baseUrlVariable} (or the command line's base URL) must be an http or https URL without user name, such as http://127.0.0.1:9000/v1");
        }

        var same = _resolved.Values.OfType<ProviderResolution.Resolved>().FirstOrDefault(other => other.ProviderName == provider && other.Model == model);
        return same ?? new ProviderResolution.Resolved(provider, model, Provider(provider, endpoint!, key), Caller(provider, model, endpoint!, key));
    }

    private ModelCaller Caller(string provider, string model, Uri endpoint, string? key)
    {
        var gate = new AdaptiveConcurrency(new ConcurrencyOptions(Max: settings.MaxConcurrency), clock);
        return new ModelCaller(provider, Provider(provider, endpoint, key), gate, settings.Calls, clock, new Random(random.Next()));
    }

    private OpenAIProvider Provider(string name, Uri endpoint, string? key)
    {
        if (!_providers.TryGetValue(name, out var provider))
        {
            provider = new OpenAIProvider(
                new OpenAIProviderOptions
                {
                    Endpoint = endpoint,
                    ApiKey = key,
                    Timeout = settings.Timeout,
                    MaxConnections = Math.Max(1024, settings.MaxConcurrency),
                },
                clock);
            _providers.Add(name, provider);
        }

        return provider;
    }

    private static ProviderResolution.Unsupported Unsupported(ModelErrorCode code, string message) => new(new ModelFailure(code, message));
}
