using FunctionsEval.Providers.Anthropic;
using FunctionsEval.Providers.Google;
using FunctionsEval.Providers.OpenAI;

namespace FunctionsEval.Providers.Catalog;

/// <summary>One connection a vendor, made when it is first needed: checks key and base URL. Not thread-safe: the catalog's lock guards it.</summary>
internal sealed class VendorConnections(ProviderSettings settings, TimeProvider clock) : IDisposable
{
    private readonly Dictionary<string, IModelProvider> _providers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ProviderRoute> _routes = new(StringComparer.Ordinal);
    private readonly BaseUrls _baseUrls = new(settings.BaseUrl);

    /// <summary>The vendor's provider, or why it cannot be called.</summary>
    public IModelProvider? Find(Vendor vendor, string model, out ModelFailure? failure)
    {
        failure = null;
        if (_providers.TryGetValue(vendor.Name, out var provider))
        {
            return provider;
        }

        var (key, keyVariable) = KeyOf(vendor);
        BaseUrl? url = null;
        failure = KeyProblem(vendor, key, keyVariable) ?? UrlOf(vendor, model, out url);
        if (failure is not null)
        {
            return null;
        }

        var owner = keyVariable == vendor.KeyVariable ? vendor : Vendor.All[0];
        _routes[vendor.Name] = new ProviderRoute(url!.Address, !vendor.IsAt(url.Address), key is not null && !owner.IsAt(url.Address) ? keyVariable : null);
        return _providers[vendor.Name] = Create(vendor, EndpointAt(url, vendor, key));
    }

    /// <summary>Of a vendor that was found.</summary>
    public ProviderRoute RouteOf(Vendor vendor) => _routes[vendor.Name];

    public void Dispose()
    {
        foreach (var provider in _providers.Values.OfType<IDisposable>())
        {
            provider.Dispose();
        }
    }

    private (string? Key, string Variable) KeyOf(Vendor vendor)
    {
        var key = settings.Variable(vendor.KeyVariable);
        return key is null && vendor.Name == Vendor.CompatibleName
            ? (settings.Variable(Vendor.All[0].KeyVariable), Vendor.All[0].KeyVariable)
            : (key, vendor.KeyVariable);
    }

    private ModelFailure? KeyProblem(Vendor vendor, string? key, string variable) => key switch
    {
        null when vendor.Name == Vendor.CompatibleName => null,
        null when vendor.Name == Vendor.AzureName && settings.AzureToken is not null => null,
        null => new ModelFailure(ModelErrorCode.MissingApiKey, $"{variable} is not set", Outage: OutageKind.Access),
        _ when key.StartsWith("@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase) => new ModelFailure(
            ModelErrorCode.AuthError, $"{variable} is a Key Vault reference that was not resolved: check the reference and the app's access to the vault",
            Outage: OutageKind.Access),
        _ when key.AsSpan().ContainsAnyExceptInRange('!', '~') => new ModelFailure(
            ModelErrorCode.AuthError, $"{variable} holds a space or a character that is not ASCII: no HTTP header can carry it", Outage: OutageKind.Access),
        _ => null,
    };

    private ModelFailure? UrlOf(Vendor vendor, string model, out BaseUrl? url)
    {
        url = null;
        if ((_baseUrls.Of(vendor) ?? settings.Variable(vendor.BaseUrlVariable) ?? vendor.Url) is not { } text)
        {
            return new ModelFailure(
                ModelErrorCode.ValidationError,
                $"{vendor.BaseUrlVariable} is not set: '{vendor.Name}:{model}' needs the base URL of its server (that variable, or the command line's base URL)");
        }

        url = BaseUrl.Read(vendor, text, settings.Variable(Vendor.AzureApiVersionVariable));
        return url is not null ? null : new ModelFailure(
            ModelErrorCode.ValidationError,
            $"{vendor.BaseUrlVariable} (or the command line's base URL) must be an http or https URL without user name, such as http://127.0.0.1:9000/v1");
    }

    private ProviderEndpoint EndpointAt(BaseUrl url, Vendor vendor, string? key) => new()
    {
        Endpoint = url.Address,
        IsAzureResource = url.IsByDeployment,
        AzureApiVersion = url.ApiVersion,
        ApiKey = key,
        Token = vendor.Name == Vendor.AzureName ? settings.AzureToken : null,
        KeyHeader = vendor.KeyHeader,
        Timeout = settings.Timeout,
        MaxConnections = Math.Max(1024, settings.MostConcurrent),
    };

    private IModelProvider Create(Vendor vendor, ProviderEndpoint endpoint) => vendor.Wire switch
    {
        WireKind.Anthropic => new AnthropicProvider(endpoint, clock),
        WireKind.Gemini => new GeminiProvider(endpoint, clock),
        _ => new OpenAIProvider(endpoint, clock, vendor.HasResponses, vendor.HasSchemas, vendor.SeedField),
    };
}
