using System.Net;

namespace FunctionsEval.Providers;

/// <summary>Where a vendor's server is and how to talk to it. A class, not a record: its text must not show the key.</summary>
public sealed class ProviderEndpoint
{
    public const string Bearer = "Authorization";

    public required Uri Endpoint { get; init; }

    /// <summary>Null sends no key.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Asked before each call when there is no key: a managed identity's token.</summary>
    public Func<CancellationToken, ValueTask<string>>? Token { get; init; }

    /// <summary>The header that carries the key; never the URL, for URLs are logged.</summary>
    public string KeyHeader { get; init; } = Bearer;

    /// <summary>The endpoint is an Azure OpenAI resource that is called by deployment; else it is a whole base URL.</summary>
    public bool IsAzureResource { get; init; }

    /// <summary>Of the API by deployment; null leaves it to Azure's client.</summary>
    public string? AzureApiVersion { get; init; }

    /// <summary>For one attempt, the body included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(120);

    public int MaxConnections { get; init; } = 1024;

    /// <summary>Null takes the system's, and none on this machine itself.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>A longer response body is not read.</summary>
    public int MaxResponseBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>The value of <see cref="KeyHeader"/>; null sends none.</summary>
    internal async ValueTask<(string Name, string Value)?> AuthorizationAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(ApiKey))
        {
            return Token is null ? null : (Bearer, $"Bearer {await Token(cancellationToken)}");
        }

        return (KeyHeader, KeyHeader == Bearer ? $"Bearer {ApiKey}" : ApiKey);
    }
}
