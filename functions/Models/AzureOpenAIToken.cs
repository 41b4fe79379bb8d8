using Azure.Core;
using Azure.Identity;

namespace FunctionsEval.Models;

/// <summary>Tokens of the managed identity for Azure OpenAI; the credential keeps them until shortly before they end.</summary>
internal static class AzureOpenAIToken
{
    private static readonly string[] Scopes = ["https://cognitiveservices.azure.com/.default"];

    /// <param name="endpoint">Without one there is nothing to get a token for: null.</param>
    /// <param name="clientId">Of a user-assigned identity; null takes the system's own, or whoever is signed in on a developer's machine.</param>
    public static Func<CancellationToken, ValueTask<string>>? Of(string? endpoint, string? clientId)
    {
        if (string.IsNullOrWhiteSpace(endpoint))
        {
            return null;
        }

        var credential = new Lazy<TokenCredential>(() => new DefaultAzureCredential(
            new DefaultAzureCredentialOptions { ManagedIdentityClientId = string.IsNullOrWhiteSpace(clientId) ? null : clientId }));
        return async cancellationToken => (await credential.Value.GetTokenAsync(new TokenRequestContext(Scopes), cancellationToken)).Token;
    }
}
