using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Local;
using FunctionsEval.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FunctionsEval.Functions.Tests.Hostile;

/// <summary>A page of another site, open in the browser of somebody who runs a server without a key, must not get it to do anything.</summary>
public sealed class Requests_of_other_sites
{
    private const string Definition = """{ "name": "n", "scenarios": [{ "id": "a", "prompt": "p" }], "models": ["openai-compatible:sim-noisy"] }""";

    public static TheoryData<string, string> Forgeries => new()
    {
        { "Origin", "https://evil.example" },
        { "Origin", "null" },
        { "Origin", "" },
        { "Origin", "http://localhost.evil.example" },
        { "Origin", "http://127.0.0.1" },
        { "Origin", "http://127.0.0.1:1" },
        { "Origin", "https://{host}" },
        { "Origin", "http://{host}@evil.example" },
        { "Origin", "http://{host}.evil.example" },
        { "Sec-Fetch-Site", "cross-site" },
        { "Sec-Fetch-Site", "same-site" },
        { "Sec-Fetch-Site", "something-new" },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task Another_site_changes_nothing_and_starts_no_paid_call(string header, string value)
    {
        await using var host = await ServerHost.StartAsync();
        var forged = (header, value.Replace("{host}", host.Client.BaseAddress!.Authority, StringComparison.Ordinal));

        foreach (var (method, path) in await ChangesAsync())
        {
            foreach (var contentType in new[] { "text/plain", "application/json" })
            {
                var answer = await host.SendAsync(method, path, BodyOf(path), contentType, forged);
                answer.AssertProblem(HttpStatusCode.Forbidden, header);
            }
        }

        Assert.Equal(0, host.Bench.Simulator.Stats().Calls);
        Assert.Empty((await host.GetAsync("/api/runs")).Json.GetProperty("runs").EnumerateArray());
        Assert.Empty((await host.GetAsync("/api/definitions")).Json.GetProperty("definitions").EnumerateArray());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/plain;charset=UTF-8")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=b")]
    public async Task What_a_form_can_send_is_refused_even_where_nothing_says_where_it_comes_from(string contentType)
    {
        await using var host = await ServerHost.StartAsync();

        foreach (var (method, path) in await ChangesAsync())
        {
            var answer = await host.SendAsync(method, path, BodyOf(path), contentType);
            Assert.True(answer.Status == HttpStatusCode.UnsupportedMediaType, $"{path}: {answer.Status} {answer.Text}");
            var empty = await host.SendAsync(method, path, [], contentType);
            Assert.True(empty.Status == HttpStatusCode.UnsupportedMediaType, $"{path}: {empty.Status} {empty.Text}");
        }

        Assert.Equal(0, host.Bench.Simulator.Stats().Calls);
        Assert.Empty((await host.GetAsync("/api/runs")).Json.GetProperty("runs").EnumerateArray());
    }

    [Fact]
    public async Task Another_site_reads_nothing_but_the_page_and_whether_the_server_is_well()
    {
        await using var host = await ServerHost.StartAsync();
        (string, string) crossSite = ("Sec-Fetch-Site", "cross-site");

        foreach (var path in new[] { "/api/runs", "/api/definitions", "/api/admin/credits", "/api/admin/health", "/api/agent/findings", "/api/nowhere" })
        {
            (await host.SendAsync("GET", path, null, null, crossSite)).AssertProblem(HttpStatusCode.Forbidden, "another site");
            (await host.SendAsync("GET", path, null, null, ("Origin", "https://evil.example"))).AssertProblem(HttpStatusCode.Forbidden, "https://evil.example");
        }

        foreach (var path in new[] { "/", "/api/pages/assets/pages.js", "/api/health" })
        {
            Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("GET", path, null, null, crossSite)).Status);
        }

        (await host.SendAsync("OPTIONS", "/api/runs", null, null, ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")))
            .AssertProblem(HttpStatusCode.Forbidden, "https://evil.example");
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Origin", "http://{host}")]
    [InlineData("Origin", "HTTP://{host}")]
    public async Task Its_own_pages_and_people_are_served(string header, string value)
    {
        await using var host = await ServerHost.StartAsync();
        var own = (header, value.Replace("{host}", host.Client.BaseAddress!.Authority, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync("POST", "/api/definitions", Encoding.UTF8.GetBytes(Definition), "application/json", own)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("GET", "/api/runs", null, null, own)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("GET", "/api/runs", null, null, ("Sec-Fetch-Site", "same-site"))).Status);
    }

    [Fact]
    public async Task With_a_key_a_call_needs_the_key_wherever_it_comes_from()
    {
        var bench = await Workbench.CreateAsync();
        bench.Environment["FUNCTIONSEVAL_API_KEY"] = "right-key";
        await using var host = await ServerHost.StartAsync(bench);

        var proxied = await host.SendAsync("GET", "/api/runs", null, null, ("Origin", "https://eval.example"), ("x-functions-key", "right-key"));
        var forged = await host.SendAsync("POST", "/api/runs", Encoding.UTF8.GetBytes("{}"), "application/json", ("Origin", "https://evil.example"));

        Assert.Equal(HttpStatusCode.OK, proxied.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, forged.Status);
    }

    /// <summary>Every call that is no GET, so that a new one is looked at too. Forms of the pages have rules of their own: see Signing_in.</summary>
    private static async Task<List<(string Method, string Path)>> ChangesAsync()
    {
        await using var bench = await Workbench.CreateAsync();
        var (program, web) = LocalProgram.OpenServer(new Settings(_ => null, bench.Data), new IPEndPoint(IPAddress.Loopback, 0), _ => { });
        await using var disposed = program;
        var changes =
            from endpoint in ((IEndpointRouteBuilder)web).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
            where !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !endpoint.RoutePattern.RawText!.StartsWith(PageAccess.Root, StringComparison.Ordinal)
            select (method, Regex.Replace(endpoint.RoutePattern.RawText!, @"\{\w+\}", "x", RegexOptions.None, TimeSpan.FromSeconds(1)).TrimEnd('/'));
        var found = changes.ToList();
        Assert.True(found.Count >= 14, JsonSerializer.Serialize(found.Select(change => change.Item2)));
        Assert.DoesNotContain(found, change => change.Item2.Contains('{', StringComparison.Ordinal));
        return found;
    }

    // One that would start a run where it is taken.
    private static byte[] BodyOf(string path) => Encoding.UTF8.GetBytes(
        path.EndsWith("/runs", StringComparison.Ordinal) ? $$"""{"definition": {{Definition}}}""" : path.EndsWith("/definitions", StringComparison.Ordinal) ? Definition : "{}");
}
