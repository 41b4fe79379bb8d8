using System.Net;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Local;
using FunctionsEval.Pages;
using Microsoft.AspNetCore.Routing;

namespace FunctionsEval.Functions.Tests.Pages;

public sealed class Signing_in : IAsyncLifetime
{
    private const string Key = "right-key";
    private const string Form = "application/x-www-form-urlencoded";

    private static readonly (string, string) Own = ("Sec-Fetch-Site", "same-origin");

    private ServerHost _guarded = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var bench = await Workbench.CreateAsync();
        bench.Environment["FUNCTIONSEVAL_API_KEY"] = Key;
        _guarded = await ServerHost.StartAsync(bench);
    }

    public ValueTask DisposeAsync() => _guarded.DisposeAsync();

    [Fact]
    public async Task The_right_key_opens_the_pages_and_only_the_pages_by_a_cookie_that_no_script_reads()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false };
        using var client = new HttpClient(handler) { BaseAddress = _guarded.Client.BaseAddress };

        using var asked = await client.GetAsync("/api/pages/runs/r1?sort=mean", Cancel);
        using var wrong = await SignInAsync(client, "wrong-key", "/api/pages");
        using var right = await SignInAsync(client, Key, "/api/pages/runs/r1?sort=mean");
        var cookie = Assert.Single(right.Headers.GetValues("Set-Cookie"));

        Assert.Equal("/api/pages/signin?return=%2Fapi%2Fpages%2Fruns%2Fr1%3Fsort%3Dmean", asked.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Contains("This is not the key.", await wrong.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Redirect, "/api/pages/runs/r1?sort=mean"), (right.StatusCode, right.Headers.Location!.ToString()));
        Assert.All(["path=/api/pages", "httponly", "samesite=strict"], part => Assert.Contains(part, cookie, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(Key, cookie, StringComparison.Ordinal);
        var opened = await GetAsync(client, "/api/pages", cookie);
        Assert.Equal(HttpStatusCode.OK, opened.Status);
        Assert.Contains("action=\"/api/pages/signout\"", opened.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(client, "/api/runs", cookie)).Status);
    }

    [Theory]
    [InlineData("functionseval=")]
    [InlineData("functionseval=9999999999.00")]
    [InlineData("functionseval=9999999999")]
    [InlineData("functionseval=right-key")]
    public async Task A_made_up_cookie_opens_nothing(string cookie)
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false };
        using var client = new HttpClient(handler) { BaseAddress = _guarded.Client.BaseAddress };

        Assert.Equal(HttpStatusCode.Redirect, (await GetAsync(client, "/api/pages", cookie)).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await GetAsync(client, "/api/pages/runs/r000000000000000/live", cookie)).Status);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("//evil.example")]
    [InlineData("/api/pages.evil.example")]
    public async Task A_sign_in_goes_on_to_no_other_site(string wanted)
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = _guarded.Client.BaseAddress };

        using var answer = await SignInAsync(client, Key, wanted);

        Assert.Equal("/api/pages", answer.Headers.Location!.ToString());
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Accept", "text/html")]
    public async Task A_form_of_another_site_changes_nothing_even_with_the_key(string header, string value)
    {
        var forms = FormsOfPages(_guarded.Bench);
        Assert.True(forms.Count >= 4, string.Join(", ", forms));
        foreach (var path in forms)
        {
            var answer = await _guarded.SendAsync("POST", path, "action=cancel"u8.ToArray(), Form, (header, value), ("x-functions-key", Key));
            Assert.True(answer.Status == HttpStatusCode.Forbidden, $"{path}: {answer.Status} {answer.Text}");
        }
    }

    [Fact]
    public async Task A_form_must_be_a_form()
    {
        var answer = await _guarded.SendAsync("POST", "/api/pages/runs/r000000000000000/control", "{}"u8.ToArray(), "application/json", Own, ("x-functions-key", Key));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
        Assert.Contains("The body must be a form", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/pages/signin", "text/html")]
    [InlineData("/api/pages/assets/pages.css", "text/css")]
    [InlineData("/api/pages/assets/pages.js", "text/javascript")]
    public async Task What_is_open_may_load_and_frame_nothing_foreign(string path, string type)
    {
        using var response = await _guarded.Client.GetAsync(path, Cancel);

        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.All(["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'"], part => Assert.Contains(part, policy, StringComparison.Ordinal));
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    private static List<string> FormsOfPages(Workbench bench)
    {
        var (_, web) = LocalProgram.OpenServer(new Settings(_ => null, bench.Path("other")), new IPEndPoint(IPAddress.Loopback, 0), _ => { });
        return [.. from endpoint in ((IEndpointRouteBuilder)web).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
                   where endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("POST") == true && endpoint.RoutePattern.RawText!.StartsWith(PageAccess.Root, StringComparison.Ordinal)
                   select endpoint.RoutePattern.RawText!.Replace("{runId}", "r000000000000000", StringComparison.Ordinal)];
    }

    private static async Task<HttpResponseMessage> SignInAsync(HttpClient client, string key, string returnTo)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/pages/signin", UriKind.Relative));
        request.Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["key"] = key, ["return"] = returnTo });
        request.Headers.Add("Origin", $"http://{client.BaseAddress!.Authority}");
        return await client.SendAsync(request, Cancel);
    }

    private static async Task<(HttpStatusCode Status, string Text)> GetAsync(HttpClient client, string path, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var response = await client.SendAsync(request, Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }
}
