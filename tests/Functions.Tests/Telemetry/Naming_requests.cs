using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Telemetry;

/// <summary>Spans of requests, by the conventions for HTTP servers.</summary>
public sealed class Naming_requests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly ServerHost _server = shared.Host;

    [Theory]
    [InlineData("GET", "/api/runs/r000000000000000?code=secret", "GET /api/runs/{runId}", HttpStatusCode.NotFound)]
    [InlineData("GET", "/", "GET /", HttpStatusCode.OK)]
    [InlineData("GET", "/nowhere/at/all", "GET", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/runs", "POST /api/runs", HttpStatusCode.BadRequest)]
    public async Task A_span_is_named_after_method_and_route_and_says_how_it_ended(string method, string path, string name, HttpStatusCode status)
    {
        var span = await SpanOfAsync(method, path, "{}");

        Assert.Equal((name, (int)status), (span.DisplayName, span.GetTagItem("http.response.status_code")));
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value is string text && text.Contains("secret", StringComparison.Ordinal));
    }

    private async Task<Activity> SpanOfAsync(string method, string path, string body)
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        _ = method == "GET" ? await _server.GetAsync(path) : await _server.PostAsync(path, body);

        // Other tests of this process make requests too; the span ends a moment after its answer.
        Activity? span = null;
        await Eventually.TrueAsync(
            () => (span = ended.FirstOrDefault(one => one.TraceId == caller.TraceId)) is not null, "the span to end", cancellationToken: TestContext.Current.CancellationToken);
        return span!;
    }
}
