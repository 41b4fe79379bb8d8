using System.Net;
using System.Net.Http.Headers;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.FunctionsHost;

/// <summary>HTTP through the functions of the built worker, beside the same requests to the server of one machine.</summary>
[Collection(typeof(Alone))]
public sealed class Forwarding_requests(HostedForRequests hosted, SharedServer local) : IClassFixture<HostedForRequests>, IClassFixture<SharedServer>
{
    public static TheoryData<string, string, string?, string> Requests() => new()
    {
        { "GET", "/api/runs", null, "" },
        { "GET", "/api/runs/none", null, "" },
        { "GET", "/api/runs?pageSize=x", null, "" },
        { "GET", "/api/runs?statuss=running", null, "" },
        { "DELETE", "/api/runs", null, "" },
        { "PATCH", "/api/definitions/x", "{}", "application/json" },
        { "HEAD", "/api/definitions", null, "" },
        { "OPTIONS", "/api/definitions", null, "" },
        { "GET", "/api/definitions/x/y/z", null, "" },
        { "POST", "/api/definitions", "name: [", "application/yaml" },
        { "POST", "/api/definitions", "{}", "text/plain" },
        { "POST", "/api/runs", "{\"definitionId\":\"x\",\"colour\":1}", "application/json" },
        { "POST", "/api/runs", "{", "application/json" },
        { "POST", "/api/runs", null, "application/json" },
        { "POST", "/api/admin/abtests", "{}", "application/json" },
        { "GET", "/api/pages/assets/pages.js", null, "" },
        { "GET", "/api/pages/assets/none.js", null, "" },
        { "POST", "/api/content/import", "{\"type\":\"nothing\"}\n", "application/x-ndjson" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Both_heads_give_the_same_answer(string method, string path, string? body, string contentType)
    {
        using var request = Request(method, path, body, contentType);
        using var same = Request(method, path, body, contentType);

        using var answer = await hosted.App.SendAsync(request);
        using var expected = await local.Host.Client.SendAsync(same, TestContext.Current.CancellationToken);

        Assert.Equal(expected.StatusCode, answer.StatusCode);
        Assert.Equal(await BodyOfAsync(expected), await BodyOfAsync(answer));
        Assert.Equal(HeadersOf(expected), HeadersOf(answer));
        Assert.Empty(hosted.App.FailedFunctions);
    }

    [Fact]
    public async Task A_part_of_the_page_that_has_not_changed_is_not_sent_again()
    {
        using var first = await hosted.App.SendAsync(Request("GET", "/api/pages/assets/pages.css"), key: null);
        using var again = Request("GET", "/api/pages/assets/pages.css");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var answer = await hosted.App.SendAsync(again, key: null);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotModified), (first.StatusCode, answer.StatusCode));
        Assert.Equal(first.Headers.ETag, answer.Headers.ETag);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/api/pages/signin", null, 200)]
    [InlineData("/api/health", null, 200)]
    [InlineData("/api/runs", null, 401)]
    [InlineData("/api/definitions", null, 401)]
    [InlineData("/api/content/topics", null, 401)]
    [InlineData("/api/digests", null, 401)]
    [InlineData("/api/agent/findings", null, 401)]
    [InlineData("/api/runs", HostedApp.FunctionKey, 200)]
    [InlineData("/api/admin/abtests", HostedApp.FunctionKey, 401)]
    [InlineData("/api/admin/credits", HostedApp.MasterKey, 200)]
    [InlineData("/api/nothing", HostedApp.MasterKey, 404)]
    public async Task What_holds_data_needs_a_key(string path, string? key, int status) =>
        Assert.Equal(status, (int)(await hosted.App.SendAsync(HttpMethod.Get, path, key: key)).Status);

    /// <summary>The host asks for no key, and the pages do: that of the app.</summary>
    [Fact]
    public async Task Pages_are_shown_to_who_signed_in()
    {
        using var request = Request("GET", "/api/pages");
        using var form = Request("POST", "/api/pages/signin", $"key={HostedApp.PagesKey}", "application/x-www-form-urlencoded");
        form.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var withCookie = Request("GET", "/api/pages");

        using var stranger = await hosted.App.SendAsync(request, key: null);
        using var signedIn = await hosted.App.SendAsync(form, key: null);
        withCookie.Headers.Add("Cookie", Assert.Single(signedIn.Headers.GetValues("Set-Cookie")).Split(';')[0]);
        using var page = await hosted.App.SendAsync(withCookie, key: null);

        Assert.Equal((HttpStatusCode.Redirect, "/api/pages/signin?return=%2Fapi%2Fpages"), (stranger.StatusCode, stranger.Headers.Location!.ToString()));
        Assert.Equal((HttpStatusCode.Redirect, "/api/pages"), (signedIn.StatusCode, signedIn.Headers.Location!.ToString()));
        Assert.Contains("<h1>Runs</h1>", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_upload_arrives_with_and_without_its_length(bool isChunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/definitions", UriKind.Relative));
        request.Content = new StringContent(Yaml.Of() + '#' + new string('x', 2_000_000), MediaTypeHeaderValue.Parse("application/yaml"));
        request.Headers.TransferEncodingChunked = isChunked;

        using var answer = await hosted.App.SendAsync(request);

        Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_key_of_a_caller_is_in_no_log()
    {
        await hosted.App.SendAsync(HttpMethod.Get, "/api/runs?code=a-key-in-the-query");
        await hosted.App.TimerAsync("Watchdog");

        // Logs of a call come before its answer.
        Assert.DoesNotContain(hosted.App.Host.Logs, log => log.ToJsonString().Contains("a-key-in-the-query", StringComparison.Ordinal));
    }

    private static HttpRequestMessage Request(string method, string path, string? body = null, string contentType = "") => new(new HttpMethod(method), new Uri(path, UriKind.Relative))
    {
        Content = body is null ? null : new StringContent(body, MediaTypeHeaderValue.Parse(contentType)),
    };

    // Every answer has a trace of its own.
    private static async Task<string> BodyOfAsync(HttpResponseMessage response) => System.Text.RegularExpressions.Regex.Replace(
        await response.Content.ReadAsStringAsync(), "\"traceId\":\"[^\"]+\"", "\"traceId\":\"\"", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));

    private static IEnumerable<string> HeadersOf(HttpResponseMessage response) => response.Headers.Concat(response.Content.Headers)
        .Where(header => header.Key is not "Date")
        .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order(StringComparer.Ordinal);
}

/// <summary>One worker for all tests of the class, over an Azurite of its own.</summary>
public sealed class HostedForRequests : IAsyncLifetime
{
    private readonly AzuriteFixture _azurite = new();
    private HostedApp? _app;

    internal HostedApp App
    {
        get
        {
            _ = _azurite.ConnectionString;
            return _app!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        await _azurite.InitializeAsync();
        if (_azurite.IsAvailable)
        {
            _app = await HostedApp.StartAsync(PublishedFunctions.Built, _azurite.ConnectionString);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        await _azurite.DisposeAsync();
    }
}
