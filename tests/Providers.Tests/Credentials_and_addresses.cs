using System.Net;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Providers.OpenAI;

namespace FunctionsEval.Providers.Tests;

/// <summary>Which addresses and which credentials a message shows.</summary>
public sealed class Credentials_and_addresses
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("openai", null, "/v1/chat/completions")]
    [InlineData("openai", "low", "/v1/responses")]
    [InlineData("azure-openai", null, "/v1/chat/completions")]
    [InlineData("anthropic", null, "/v1/messages")]
    [InlineData("google", null, "/v1/models/m:generateContent")]
    public async Task An_error_names_the_url_that_was_called(string vendor, string? effort, string path)
    {
        foreach (var (status, body) in ((int, string)[])[(404, "{}"), (200, "<html></html>"), (200, "{}"), (302, "")])
        {
            await using var server = new RawServer(RawServer.Response(status, body));
            using var catalog = new ProviderCatalog(Samples.SettingsOfAll(server.BaseUrl), TimeProvider.System, new Random(1));
            var resolved = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve($"{vendor}:m"));

            var failure = Samples.FailureOf(await resolved.Provider.CompleteAsync(Samples.Request("m") with { ReasoningEffort = effort }, Cancel));

            Assert.Contains($"{server.BaseUrl.GetLeftPart(UriPartial.Authority)}{path}", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("openai", null)]
    [InlineData("openai", "low")]
    [InlineData("azure-openai", null)]
    [InlineData("anthropic", null)]
    [InlineData("google", null)]
    public async Task A_redirect_carries_neither_key_nor_prompt_to_where_it_points(string vendor, string? effort)
    {
        await using var other = new RawServer(RawServer.Response(200, "{}"));
        foreach (var status in (int[])[301, 302, 303, 307, 308])
        {
            await using var server = new RawServer(RawServer.Response(status, "", $"Location: {other.BaseUrl}/chat/completions\r\n"));
            using var catalog = new ProviderCatalog(Samples.SettingsOfAll(server.BaseUrl), TimeProvider.System, new Random(1));
            var resolved = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve($"{vendor}:m"));

            var failure = Samples.FailureOf(await resolved.Provider.CompleteAsync(Samples.Request("m") with { ReasoningEffort = effort }, Cancel));

            Assert.Equal((ModelErrorCode.Unknown, status), (failure.Code, failure.StatusCode));
            Assert.Empty(other.LastRequest);
        }
    }

    [Fact]
    public async Task An_error_of_azure_names_deployment_and_version()
    {
        await using var server = new RawServer(RawServer.Response(404, """{"error":{"code":"DeploymentNotFound","message":"The API deployment does not exist."}}"""));
        var address = server.BaseUrl.GetLeftPart(UriPartial.Authority);
        using var catalog = new ProviderCatalog(
            Samples.Settings(("AZURE_OPENAI_API_KEY", "k"), ("AZURE_OPENAI_ENDPOINT", $"{address}?api-version=2024-10-21")), TimeProvider.System, new Random(1));

        var failure = Samples.FailureOf(await Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve("azure-openai:gpt")).Provider.CompleteAsync(Samples.Request("gpt"), Cancel));

        Assert.Equal(
            (ModelErrorCode.NotFound, "DeploymentNotFound", $"HTTP 404 from {address}/openai/deployments/gpt/chat/completions?api-version=2024-10-21: The API deployment does not exist."),
            (failure.Code, failure.VendorCode, failure.Message));
    }

    [Theory]
    [InlineData("https://api.example.test/v1")]
    [InlineData("http://api.example.test/v1")]
    public async Task A_proxy_that_wants_a_password_is_named_without_the_one_that_it_was_given(string target)
    {
        await using var proxy = new RawServer(RawServer.Response(407, "", "Proxy-Authenticate: Basic realm=\"x\"\r\n"));
        var address = new UriBuilder(proxy.BaseUrl) { UserName = "user", Password = "s3cret!", Path = "/" }.Uri;
        using var provider = new OpenAIProvider(
            new ProviderEndpoint { Endpoint = new Uri(target), ApiKey = Samples.Key, Proxy = new WebProxy(address) }, TimeProvider.System);

        var failure = Samples.FailureOf(await provider.CompleteAsync(Samples.Request(), Cancel));

        Assert.Equal((ModelErrorCode.AuthError, 407, false), (failure.Code, failure.StatusCode, failure.Retryable));
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("407", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The proxy 'http://user:p%40ss@10.0.0.1:8080/' failed.", "The proxy 'http://[credentials]@10.0.0.1:8080/' failed.")]
    [InlineData("socks5://u:p@x@host and HTTPS://token@git.example/a@b", "socks5://[credentials]@host and HTTPS://[credentials]@git.example/a@b")]
    [InlineData("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc, key sk-proj-abcdef123456", "Bearer [key], key [key]")]
    [InlineData("mail me@example.org about http://host/path?x=a@b", "mail me@example.org about http://host/path?x=a@b")]
    public void Credentials_are_cut_out_of_any_text(string text, string expected) => Assert.Equal(expected, SafeMessage.WithoutCredentials(text));

    [Fact]
    public void A_message_is_cut_between_characters_and_shows_no_control_characters()
    {
        var message = SafeMessage.Of($"\u001b[31mred\u0007 \uffff{new string('x', 485)}\ud83d\ude00\ud83d\ude00\ud83d\ude00", null, []);

        Assert.StartsWith("\ufffd[31mred\ufffd \ufffdx", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 499, SafeMessage.MaxLength);
        Assert.DoesNotContain(message, character => char.IsControl(character));
        Assert.Equal(message, new string([.. message.EnumerateRunes().SelectMany(rune => rune.ToString())]));
    }
}
