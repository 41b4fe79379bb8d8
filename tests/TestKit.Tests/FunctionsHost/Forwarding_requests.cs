using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FunctionsEval.TestKit.FunctionsHost;

namespace FunctionsEval.TestKit.Tests.FunctionsHost;

public sealed class Forwarding_requests : IDisposable
{
    private readonly ScriptRoot _root = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task A_raw_request_arrives_with_its_path_and_headers_and_the_answer_goes_back_as_it_is()
    {
        await using var host = await _root.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, "api/some/path?a=1&a=2&b=x%20y") { Content = new StringContent("a body") };
        request.Headers.Add("x-custom", "kept");

        using var answer = await host.Client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.NonAuthoritativeInformation, answer.StatusCode);
        Assert.Equal("yes", Assert.Single(answer.Headers.GetValues("x-from-handler")));
        var seen = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal("PUT", seen.GetProperty("method").GetString());
        Assert.Equal("/api/some/path", seen.GetProperty("path").GetString());
        Assert.Equal("?a=1,2&b=x%20y", seen.GetProperty("query").GetString());
        Assert.Equal(host.Address.Authority, seen.GetProperty("host").GetString());
        Assert.Equal("kept", seen.GetProperty("custom").GetString());
        Assert.True(Guid.TryParse(seen.GetProperty("invocation").GetString(), out _));
        Assert.Equal("a body", seen.GetProperty("body").GetString());
    }

    [Theory]
    [InlineData("false", "")]
    [InlineData("true", "\"in chunks\"")]
    public async Task A_body_without_length_is_lost_when_forwarding_and_kept_when_proxying(string isProxying, string arrived)
    {
        await using var host = await _root.StartAsync(null, ("AzureFunctionsJobHost__customHandler__enableProxyingHttpRequest", isProxying));
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/upload") { Content = JsonContent.Create("in chunks") };
        request.Headers.TransferEncodingChunked = true;

        using var answer = await host.Client.SendAsync(request, Cancel);

        Assert.Equal(arrived, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("body").GetString());
    }

    [Fact]
    public async Task Keys_are_checked_by_the_host_and_functions_that_are_not_http_have_no_route()
    {
        await using var host = await _root.StartAsync();
        using var anybody = new HttpClient { BaseAddress = host.Address };

        Assert.Equal(HttpStatusCode.Unauthorized, (await anybody.GetAsync("api/some", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NonAuthoritativeInformation, (await anybody.GetAsync($"api/some?code={FunctionsHostDouble.Key}", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NonAuthoritativeInformation, (await anybody.GetAsync("api/open", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.PostAsync("Echo", null, Cancel)).StatusCode);
    }

    [Fact]
    public async Task An_http_function_with_another_binding_is_called_wrapped()
    {
        const string Bindings = """
            {"name":"req","type":"httpTrigger","direction":"in","authLevel":"anonymous","route":"wrapped/{id}"},
            {"name":"client","type":"durableClient","direction":"in"},{"name":"$return","type":"http","direction":"out"}
            """;
        File.Delete(Path.Combine(_root.Path, "See", "function.json"));
        _root.Function("See", Bindings);
        await using var host = await _root.StartAsync();

        using var answer = await host.Client.PostAsync("api/wrapped/7?x=1", new StringContent("text"), Cancel);

        var data = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("Data");
        var req = data.GetProperty("req");
        Assert.Equal(("POST", "text"), (req.GetProperty("Method").GetString(), req.GetProperty("Body").GetString()));
        Assert.Equal(("7", "1"), (req.GetProperty("Params").GetProperty("id").GetString(), req.GetProperty("Query").GetProperty("x").GetString()));
        Assert.Contains(host.SidecarAddress.Authority, data.GetProperty("client").GetString(), StringComparison.Ordinal);
    }
}
