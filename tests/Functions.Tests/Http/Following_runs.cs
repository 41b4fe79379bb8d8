using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using FunctionsEval.Providers.Simulator;

namespace FunctionsEval.Functions.Tests.Http;

/// <summary>What saves a client asking again and again: events, ETags, HEAD and OPTIONS.</summary>
public sealed class Following_runs(SharedServer server) : IClassFixture<SharedServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_tells_its_progress_until_it_ends()
    {
        var run = await server.Host.StartRunAsync(Yaml.Of(20, 5));

        using var response = await server.Host.Client.GetAsync(new Uri($"/api/runs/{run}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancel);
        var events = await SseParser.Create(await response.Content.ReadAsStreamAsync(Cancel)).EnumerateAsync(Cancel).ToListAsync(Cancel);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("end", events[^1].EventType);
        Assert.All(events.SkipLast(1), one => Assert.Equal("progress", one.EventType));
        var last = JsonSerializer.Deserialize<JsonElement>(events[^1].Data);
        Assert.Equal(("completed", 100), (last.GetProperty("status").GetString(), last.GetProperty("progress").GetProperty("completed").GetInt32()));
        (await server.Host.GetAsync("/api/runs/none/events")).AssertProblem(HttpStatusCode.NotFound, "Run 'none' does not exist.");
    }

    [Fact]
    public async Task A_server_that_stops_does_not_wait_for_those_who_watch()
    {
        await using var host = await ServerHost.StartAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(200)));
        var run = await host.StartRunAsync(Yaml.Of(50, 20));
        using var response = await host.Client.GetAsync(new Uri($"/api/runs/{run}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancel);
        await host.PostAsync($"/api/runs/{run}/pause");

        Assert.Equal(0, await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), Cancel));
        Assert.DoesNotContain("event: end", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        var run = await server.Host.StartRunAsync(Yaml.Of(2, 2));
        var definition = (await server.Host.UntilAsync(run, "completed")).GetProperty("definitionId").GetString();

        foreach (var path in new[] { $"/api/runs/{run}", $"/api/runs/{run}/analysis", $"/api/definitions/{definition}" })
        {
            using var first = await server.Host.Client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
            using var again = await AskAsync(path, first.Headers.ETag!.ToString());
            using var other = await AskAsync(path, "\"another\"");

            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotModified, HttpStatusCode.OK), (first.StatusCode, again.StatusCode, other.StatusCode));
            Assert.Equal(first.Headers.ETag, again.Headers.ETag);
            Assert.Empty(await again.Content.ReadAsByteArrayAsync(Cancel));
            Assert.Equal(await first.Content.ReadAsStringAsync(Cancel), await other.Content.ReadAsStringAsync(Cancel));
        }

        using var missing = await server.Host.Client.GetAsync(new Uri("/api/runs/none", UriKind.Relative), Cancel);
        Assert.Null(missing.Headers.ETag);
        Assert.Equal("application/problem+json", missing.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task What_can_be_read_can_be_asked_for_without_its_body()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri("/api/runs", UriKind.Relative));
        using var options = new HttpRequestMessage(HttpMethod.Options, new Uri("/api/runs", UriKind.Relative));

        using var head = await server.Host.Client.SendAsync(request, Cancel);
        using var allowed = await server.Host.Client.SendAsync(options, Cancel);

        Assert.Equal((HttpStatusCode.OK, "application/json"), (head.StatusCode, head.Content.Headers.ContentType?.MediaType));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal(["GET", "HEAD", "POST"], allowed.Content.Headers.Allow.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_request_that_is_sent_again_starts_no_second_run()
    {
        var definition = (await server.Host.PostAsync("/api/definitions", Yaml.Of(1, 1), "application/yaml")).Json.GetProperty("definitionId").GetString();

        var first = await StartAsync("a-key", 1);
        var again = await StartAsync("a-key", 1);
        var other = await StartAsync("a-key", 2);
        var without = await StartAsync("another-key", 1);
        var tooLong = await StartAsync(new string('k', 201), 1);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (first.Status, again.Status));
        Assert.Equal(first.Json.GetProperty("runId").GetString(), again.Json.GetProperty("runId").GetString());
        Assert.NotEqual(first.Json.GetProperty("runId").GetString(), without.Json.GetProperty("runId").GetString());
        other.AssertProblem(HttpStatusCode.UnprocessableEntity, "Idempotency-Key came with another request");
        tooLong.AssertProblem(HttpStatusCode.BadRequest, "must have 1 to 200 characters, but has 201", "Idempotency-Key");

        Task<Answer> StartAsync(string key, int samples) => server.Host.SendAsync(
            "POST", "/api/runs", JsonSerializer.SerializeToUtf8Bytes(new { definitionId = definition, samplesPerScenario = samples }), "application/json", ("Idempotency-Key", key));
    }

    private async Task<HttpResponseMessage> AskAsync(string path, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        return await server.Host.Client.SendAsync(request, Cancel);
    }
}
