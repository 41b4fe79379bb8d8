using System.Text.Json;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>What the durableClient binding gives with each call. The address may change while the host lives, so it is never kept.</summary>
internal sealed record DurableClientBinding(string? RpcBaseUrl, string? TaskHubName = null, string? ConnectionName = null)
{
    public const string Name = "client";

    public static DurableClientBinding Read(WrappedCall call)
    {
        DurableClientBinding? binding;
        try
        {
            // The extension gives the host a text of JSON, and the host sends texts as JSON in JSON: two layers. One is accepted too.
            binding = WireValue.Unwrap(call.Value(Name)).Deserialize(WireJson.Context.DurableClientBinding);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new MalformedCallException($"Data.{Name} is no durableClient binding: {exception.Message}");
        }

        return binding is not null && Uri.TryCreate(binding.RpcBaseUrl, UriKind.Absolute, out var address) && address is { Scheme: "http", IsLoopback: true }
            ? binding
            : throw new MalformedCallException($"Data.{Name}.rpcBaseUrl must be an http address of this machine, but is '{binding?.RpcBaseUrl}'.");
    }
}
