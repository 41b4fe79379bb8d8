using System.IO.Compression;
using System.Net;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Functions.Tests.Http;

public sealed class Compressing_answers(SharedServer server) : IClassFixture<SharedServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/openapi.json", "br")]
    [InlineData("/api/openapi.json", "gzip")]
    [InlineData("/api/pages", "br")]
    [InlineData("/api/runs?status=none", "gzip")]
    public async Task Who_takes_a_compressed_answer_gets_the_same_one_compressed(string path, string encoding)
    {
        using var plain = await GetAsync(path, null);
        using var compressed = await GetAsync(path, encoding);

        Assert.Equal([encoding], compressed.Content.Headers.ContentEncoding);
        Assert.Contains("Accept-Encoding", compressed.Headers.Vary);
        Assert.Equal(plain.Content.Headers.ContentType, compressed.Content.Headers.ContentType);
        var bytes = await compressed.Content.ReadAsByteArrayAsync(Cancel);
        using Stream stream = encoding == "br" ? new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress) : new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var text = new StreamReader(stream);
        Assert.Equal(WithoutTrace(await plain.Content.ReadAsStringAsync(Cancel)), WithoutTrace(await text.ReadToEndAsync(Cancel)));
    }

    [Fact]
    public async Task A_compressed_answer_has_a_weak_tag_that_tells_that_nothing_changed()
    {
        using var plain = await GetAsync("/api/openapi.json", null);
        using var compressed = await GetAsync("/api/openapi.json", "br");

        var tag = compressed.Headers.ETag!;
        Assert.True(tag.IsWeak && !plain.Headers.ETag!.IsWeak && tag.Tag == plain.Headers.ETag.Tag, $"{plain.Headers.ETag} {tag}");
        Assert.Equal(HttpStatusCode.NotModified, (await server.Host.SendAsync("GET", "/api/openapi.json", null, null, ("If-None-Match", tag.ToString()), ("Accept-Encoding", "br"))).Status);
    }

    [Fact]
    public async Task Events_are_sent_as_they_come()
    {
        await using var program = server.Host.Bench.Open();
        var run = RunCells.Run("r000000000000000", items: 1, models: 1, samples: 1) with { Status = RunStatus.Completed };
        await program.Runs.AddAsync(run, Cancel);

        using var events = await GetAsync($"/api/runs/{run.RunId}/events", "br");

        Assert.Equal("text/event-stream", events.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("br", events.Content.Headers.ContentEncoding);
        Assert.Contains("event: end", await events.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_short_address_of_the_reference_leads_to_its_page()
    {
        var page = await server.Host.GetAsync("/api/docs");

        Assert.Equal(HttpStatusCode.OK, page.Status);
        foreach (var part in new[] { "<code>/api/runs/{runId}/export</code>", "id=\"schema-RunView\"", "href=\"#schema-StartRunRequest\"" })
        {
            Assert.Contains(part, page.Text, StringComparison.Ordinal);
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (encoding is not null)
        {
            request.Headers.AcceptEncoding.ParseAdd(encoding);
        }

        return await server.Host.Client.SendAsync(request, Cancel);
    }

    // A problem names its request.
    private static string WithoutTrace(string text) => text.Split("\"traceId\"")[0];
}
