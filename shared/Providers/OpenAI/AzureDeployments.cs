using System.ClientModel;
using System.ClientModel.Primitives;
using System.Collections.Concurrent;
using Azure.AI.OpenAI;
using Azure.Core;
using OpenAI.Chat;

namespace FunctionsEval.Providers.OpenAI;

/// <summary>Azure OpenAI's chat completions by deployment through Azure's own client: it knows the paths, the key's header and the identity's scope.</summary>
internal sealed class AzureDeployments
{
    private readonly AzureOpenAIClient _client;
    private readonly ConcurrentDictionary<string, ChatClient> _chats = new(StringComparer.Ordinal);

    public AzureDeployments(ProviderEndpoint endpoint, AzureOpenAIClientOptions options)
    {
        if (endpoint.AzureApiVersion is { } version)
        {
            // The client knows only the versions that were there when it was built.
            options.AddPolicy(new ApiVersion(version), PipelinePosition.BeforeTransport);
        }

        _client = string.IsNullOrEmpty(endpoint.ApiKey) && endpoint.Token is { } token
            ? new AzureOpenAIClient(endpoint.Endpoint, Credential(token), options)
            : new AzureOpenAIClient(endpoint.Endpoint, new ApiKeyCredential(endpoint.ApiKey ?? ""), options);
    }

    public ChatClient Chat(string deployment) => _chats.GetOrAdd(deployment, static (name, client) => client.GetChatClient(name), _client);

    /// <summary>The token's own source keeps it as long as it lasts, so it is asked for each call.</summary>
    private static TokenCredential Credential(Func<CancellationToken, ValueTask<string>> token) => DelegatedTokenCredential.Create(
        (_, _) => throw new NotSupportedException("Calls are asynchronous."),
        async (_, cancellationToken) => new AccessToken(await token(cancellationToken), DateTimeOffset.UnixEpoch));

    private sealed class ApiVersion(string version) : PipelinePolicy
    {
        public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) =>
            throw new NotSupportedException("Calls are asynchronous.");

        public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
        {
            message.Request.Uri = new UriBuilder(message.Request.Uri!) { Query = $"api-version={Uri.EscapeDataString(version)}" }.Uri;
            return ProcessNextAsync(message, pipeline, currentIndex);
        }
    }
}
