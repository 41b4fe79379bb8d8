using System.Collections.Concurrent;
using System.Net;
using System.Text;
using FunctionsEval.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.Functions.Tests.Telemetry;

public sealed class Exporting_telemetry
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_an_endpoint_a_run_sends_its_traces_and_metrics_and_no_prompt_and_no_key()
    {
        var received = new ConcurrentQueue<(string Path, string Body)>();
        await using var collector = await CollectorAsync(received);
        await using var bench = await Workbench.CreateAsync();
        await using var program = ProgramProcess.Start(bench.RunArguments(Yaml.Of(scenarios: 2, samples: 2)), new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.Single(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OPENAI_COMPATIBLE_API_KEY"] = "sk-secret",
        });

        var (exitCode, _, error) = await program.EndAsync();

        Assert.True(exitCode == 0, error);
        var traces = string.Concat(received.Where(message => message.Path == "/v1/traces").Select(message => message.Body));
        var metrics = string.Concat(received.Where(message => message.Path == "/v1/metrics").Select(message => message.Body));
        Assert.Contains("functionseval", traces, StringComparison.Ordinal);
        Assert.Contains("evaluate_cell", traces, StringComparison.Ordinal);
        Assert.Contains("chat sim-noisy", traces, StringComparison.Ordinal);
        string[] instruments = ["gen_ai.client.operation.duration", "gen_ai.client.token.usage", "functionseval.cells", "functionseval.runs"];
        Assert.All(instruments, instrument => Assert.Contains(instrument, metrics, StringComparison.Ordinal));
        Assert.DoesNotContain("acceptable", traces + metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-secret", traces + metrics, StringComparison.Ordinal);
    }

    private static async Task<WebApplication> CollectorAsync(ConcurrentQueue<(string Path, string Body)> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapPost("/v1/{signal}", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            received.Enqueue((context.Request.Path, Encoding.Latin1.GetString(body.GetBuffer(), 0, (int)body.Length)));
        });
        await app.StartAsync(Cancel);
        return app;
    }
}
