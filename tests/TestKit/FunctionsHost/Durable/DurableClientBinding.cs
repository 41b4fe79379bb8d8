using Newtonsoft.Json;

namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>What a <c>durableClient</c> binding delivers: JSON text with the address of the gRPC endpoint in <c>rpcBaseUrl</c>.</summary>
internal static class DurableClientBinding
{
    public static string Text(string hub, Uri sidecar, Uri front) => JsonConvert.SerializeObject(new
    {
        taskHubName = hub,
        connectionName = (string?)null,
        creationUrls = (object?)null,
        managementUrls = (object?)null,
        baseUrl = (string?)null,
        requiredQueryStringParameters = "code=system-key",
        rpcBaseUrl = sidecar.ToString().TrimEnd('/'),
        httpBaseUrl = new Uri(front, "runtime/webhooks/durabletask").ToString(),
    });
}
