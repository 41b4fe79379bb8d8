using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.TestKit;

/// <summary>
/// An OpenTelemetry collector that takes OTLP over HTTP with protobuf and keeps what it was sent. Field numbers are those of
/// opentelemetry/proto (trace/v1, metrics/v1, logs/v1, common/v1); it shares nothing with the exporter.
/// </summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<OtlpSpan> _spans = new();
    private readonly ConcurrentQueue<OtlpMetric> _metrics = new();
    private readonly ConcurrentQueue<OtlpLog> _logs = new();

    private OtlpCollector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapPost("/v1/traces", context => TakeAsync(context, Traces));
        _app.MapPost("/v1/metrics", context => TakeAsync(context, Metrics));
        _app.MapPost("/v1/logs", context => TakeAsync(context, Logs));
    }

    public IReadOnlyCollection<OtlpSpan> Spans => _spans;

    public IReadOnlyCollection<OtlpMetric> MetricPoints => _metrics;

    public IReadOnlyCollection<OtlpLog> LogLines => _logs;

    /// <summary>What a program needs to send here.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _app.Urls.Single(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
    };

    public static async Task<OtlpCollector> StartAsync(CancellationToken cancellationToken)
    {
        var collector = new OtlpCollector();
        await collector._app.StartAsync(cancellationToken);
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task TakeAsync(HttpContext context, Action<WireMessage> take)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        take(WireMessage.Parse(body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }

    private void Traces(WireMessage request)
    {
        foreach (var resource in request.All(1))
        {
            var service = Attributes(resource.Find(1), 1).GetValueOrDefault("service.name") ?? "";
            foreach (var span in resource.All(2).SelectMany(scope => scope.All(2)))
            {
                _spans.Enqueue(new OtlpSpan(
                    service, span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), (int)span.Number(6), Attributes(span, 9),
                    span.Find(15) is { } status && status.Has(3) ? (int)status.Number(3) : 0));
            }
        }
    }

    private void Metrics(WireMessage request)
    {
        foreach (var metric in request.All(1).SelectMany(resource => resource.All(2)).SelectMany(scope => scope.All(2)))
        {
            // A sum (7) has its attributes in field 7 of a point, a histogram (9) in field 9.
            foreach (var (data, attributes) in new[] { (7, 7), (9, 9) })
            {
                foreach (var point in metric.Find(data)?.All(1) ?? [])
                {
                    _metrics.Enqueue(new OtlpMetric(metric.Text(1), metric.Has(3) ? metric.Text(3) : "", data == 9, Attributes(point, attributes)));
                }
            }
        }
    }

    private void Logs(WireMessage request)
    {
        foreach (var scope in request.All(1).SelectMany(resource => resource.All(2)))
        {
            var category = scope.Find(1)?.Text(1) ?? "";
            foreach (var line in scope.All(2))
            {
                _logs.Enqueue(new OtlpLog(category, Value(line.Find(5)), Attributes(line, 6)));
            }
        }
    }

    private static Dictionary<string, string> Attributes(WireMessage? owner, int field) => (owner?.All(field) ?? [])
        .ToDictionary(pair => pair.Text(1), pair => Value(pair.Find(2)), StringComparer.Ordinal);

    private static string Value(WireMessage? value) => value switch
    {
        null => "",
        _ when value.Has(1) => value.Text(1),
        _ when value.Has(2) => value.Flag(2) ? "true" : "false",
        _ when value.Has(3) => $"{value.Number(3)}",
        _ when value.Has(4) => FormattableString.Invariant($"{BitConverter.Int64BitsToDouble(value.Number(4))}"),
        _ when value.Has(5) => string.Join(',', value.Find(5)!.All(1).Select(Value)),
        _ => "",
    };
}

/// <param name="ParentId">Empty for the first of a trace.</param>
/// <param name="Kind">1 internal, 2 server, 3 client.</param>
/// <param name="Status">0 unset, 1 ok, 2 error.</param>
public sealed record OtlpSpan(
    string Service, string TraceId, string SpanId, string ParentId, string Name, int Kind, IReadOnlyDictionary<string, string> Attributes, int Status);

public sealed record OtlpLog(string Category, string Text, IReadOnlyDictionary<string, string> Attributes);

public sealed record OtlpMetric(string Name, string Unit, bool IsHistogram, IReadOnlyDictionary<string, string> Attributes);
