using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.Functions.Tests.Telemetry;

/// <summary>Application Insights as an exporter sees it: takes items as JSON, one a line, and keeps what they hold.</summary>
internal sealed class IngestionEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Type, JsonElement Data)> _items = new();

    private IngestionEndpoint()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapPost("/v2.1/track", TakeAsync);

        // The live view, which asks whether somebody looks.
        _app.MapFallback(context => context.Response.WriteAsync(""));
    }

    /// <summary>What a program needs to send here.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["APPLICATIONINSIGHTS_CONNECTION_STRING"] =
            $"InstrumentationKey={Guid.Empty};IngestionEndpoint={_app.Urls.Single()}/;LiveEndpoint={_app.Urls.Single()}/",
    };

    /// <summary>What was sent so far, as the JSON that it was.</summary>
    public string Text => string.Join('\n', _items.Select(item => item.Data.GetRawText()));

    public static async Task<IngestionEndpoint> StartAsync(CancellationToken cancellationToken)
    {
        var endpoint = new IngestionEndpoint();
        await endpoint._app.StartAsync(cancellationToken);
        return endpoint;
    }

    /// <summary>The items of a kind: <c>MessageData</c> becomes a row of AppTraces, <c>RequestData</c> of AppRequests, <c>RemoteDependencyData</c> of AppDependencies, <c>MetricData</c> of AppMetrics.</summary>
    public IReadOnlyList<JsonElement> Of(string baseType) => [.. _items.Where(item => item.Type == baseType).Select(item => item.Data)];

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        await using var body = context.Request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(context.Request.Body, CompressionMode.Decompress)
            : context.Request.Body;
        using var reader = new StreamReader(body);
        var count = 0;
        foreach (var line in (await reader.ReadToEndAsync(context.RequestAborted)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var data = JsonSerializer.Deserialize<JsonElement>(line).GetProperty("data");
            _items.Enqueue((data.GetProperty("baseType").GetString()!, data.GetProperty("baseData")));
            count++;
        }

        await context.Response.WriteAsJsonAsync(new { itemsReceived = count, itemsAccepted = count, errors = Array.Empty<object>() }, context.RequestAborted);
    }
}
