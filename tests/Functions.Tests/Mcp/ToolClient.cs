using System.Text.Json;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.TestKit;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace FunctionsEval.Functions.Tests.Mcp;

/// <summary>The client of the protocol's own library, with the program behind it.</summary>
internal sealed class ToolClient(McpClient client) : IAsyncDisposable
{
    public McpClient Client { get; } = client;

    /// <summary>Starts the program as the client's child, over its standard streams.</summary>
    public static async Task<ToolClient> OfProcessAsync(Workbench bench, CancellationToken cancellationToken) => new(await McpClient.CreateAsync(
        new StdioClientTransport(new StdioClientTransportOptions
        {
            Command = "dotnet",
            Arguments = [ProgramProcess.Assembly(), "mcp", "--data", bench.Data, "--base-url", bench.BaseUrl],
        }),
        cancellationToken: cancellationToken));

    public static async Task<ToolClient> OfServerAsync(ServerHost host, string path, CancellationToken cancellationToken, string? key = null) => new(await McpClient.CreateAsync(
        new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(host.Client.BaseAddress!, path),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = key is null ? null : new Dictionary<string, string> { ["x-functions-key"] = key },
        }),
        cancellationToken: cancellationToken));

    public async Task<ToolAnswer> CallAsync(string tool, object arguments, CancellationToken cancellationToken)
    {
        var given = JsonSerializer.SerializeToElement(arguments).EnumerateObject().ToDictionary(field => field.Name, object? (field) => field.Value, StringComparer.Ordinal);
        var result = await Client.CallToolAsync(tool, given, cancellationToken: cancellationToken);
        return new ToolAnswer(result.IsError == true, ((TextContentBlock)result.Content[0]).Text, result.StructuredContent);
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}

/// <param name="Text">The sentences, or the error.</param>
internal sealed record ToolAnswer(bool IsError, string Text, JsonElement? Content)
{
    public JsonElement Json => Content is { } content && !IsError ? content : throw new InvalidOperationException(Text);
}
