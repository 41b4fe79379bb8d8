using FunctionsEval.Providers.Catalog;
using FunctionsEval.Providers.Simulator;

namespace FunctionsEval.Providers.Tests;

/// <summary>Azure OpenAI over real HTTP: by deployment and by the v1 API, with a key and with an identity.</summary>
public sealed class Azure_OpenAI
{
    private const string Chat = """{"choices":[{"message":{"content":"Rating: 4"},"finish_reason":"stop"}]}""";
    private const string Response = """{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Rating: 4"}]}]}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", null, "/openai/deployments/my-gpt/chat/completions?api-version=")]
    [InlineData("/", "2024-10-21", "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21")]
    [InlineData("/?api-version=2099-01-01-preview", "2024-10-21", "/openai/deployments/my-gpt/chat/completions?api-version=2099-01-01-preview")]
    [InlineData("/openai/deployments/my-gpt/chat/completions?api-version=2024-02-01", null, "/openai/deployments/my-gpt/chat/completions?api-version=2024-02-01")]
    [InlineData("/openai/v1/", "2024-10-21", "/openai/v1/chat/completions")]
    [InlineData("/openai/v1/chat/completions", null, "/openai/v1/chat/completions")]
    public async Task The_endpoint_decides_which_api_is_called(string path, string? version, string expected)
    {
        await using var server = new RawServer(RawServer.Response(200, Chat));
        using var catalog = Catalog(server, path, key: "azure-key", version: version);

        var answer = Samples.AnswerOf(await AskAsync(catalog));

        Assert.Equal("Rating: 4", answer.Text);
        Assert.StartsWith($"POST {expected}", server.LastRequest, StringComparison.Ordinal);
        Assert.Contains("api-key: azure-key\r\n", server.LastRequest, StringComparison.Ordinal);
        Assert.Contains("X-Client-Request-Id: run|c1|1\r\n", server.LastRequest, StringComparison.Ordinal);
        Assert.Contains("\"temperature\":0.7", server.LastRequest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/openai/v1")]
    public async Task Without_a_key_the_identity_is_asked_for_each_call(string path)
    {
        await using var server = new RawServer(RawServer.Response(200, Chat));
        var asked = 0;
        using var catalog = Catalog(server, path, token: _ => ValueTask.FromResult($"token-{++asked}"));

        Samples.AnswerOf(await AskAsync(catalog));
        Assert.Contains("Authorization: Bearer token-1\r\n", server.LastRequest, StringComparison.Ordinal);
        Samples.AnswerOf(await AskAsync(catalog));

        Assert.Contains("Authorization: Bearer token-2\r\n", server.LastRequest, StringComparison.Ordinal);
        Assert.DoesNotContain("api-key", server.LastRequest, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/openai/deployments/my-gpt/chat/completions?api-version=2024-02-01")]
    [InlineData("/openai/v1")]
    public async Task A_reasoning_effort_goes_through_the_responses_of_the_v1_api(string path)
    {
        await using var server = new RawServer(RawServer.Response(200, Response));
        using var catalog = Catalog(server, path, key: "azure-key");

        var answer = Samples.AnswerOf(await AskAsync(catalog, effort: "low"));

        Assert.Equal("Rating: 4", answer.Text);
        Assert.StartsWith("POST /openai/v1/responses HTTP/1.1", server.LastRequest, StringComparison.Ordinal);
        Assert.Contains("api-key: azure-key\r\n", server.LastRequest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_by_deployment_keeps_its_wait_and_its_words()
    {
        await using var server = new RawServer(RawServer.Response(
            429, """{"error":{"code":"429","message":"Requests have exceeded the call rate limit."}}""", "retry-after-ms: 250\r\nx-request-id: r-1\r\n"));
        using var catalog = Catalog(server, "", key: "azure-key");

        var failure = Samples.FailureOf(await AskAsync(catalog));

        Assert.Equal(
            (ModelErrorCode.RateLimit, 429, 0.25, "r-1"), (failure.Code, failure.StatusCode, failure.RetryAfter!.Value.TotalSeconds, failure.RequestId));
        Assert.Contains("exceeded the call rate limit", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_of_the_simulator_answers()
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions(ApiKey: "azure-key"));
        using var catalog = new ProviderCatalog(
            Samples.Settings(("AZURE_OPENAI_API_KEY", "azure-key"), ("AZURE_OPENAI_ENDPOINT", $"http://127.0.0.1:{server.Port}")), TimeProvider.System, new Random(1));

        var answers = await Task.WhenAll(((string[])["sim-noisy", "sim-steady", "sim-noisy"]).Select(async model => Samples.AnswerOf(await AskAsync(catalog, model))));

        Assert.Equal(["sim-noisy", "sim-steady", "sim-noisy"], answers.Select(answer => answer.ModelVersion));
        Assert.Equal(3, server.Stats().Calls);
    }

    private static ProviderCatalog Catalog(
        RawServer server, string path, string? key = null, string? version = null, Func<CancellationToken, ValueTask<string>>? token = null) => new(
        new ProviderSettings
        {
            Variables = Samples.Settings(
                ("AZURE_OPENAI_API_KEY", key), ("AZURE_OPENAI_API_VERSION", version),
                ("AZURE_OPENAI_ENDPOINT", $"{server.BaseUrl.GetLeftPart(UriPartial.Authority)}{path}")).Variables,
            AzureToken = token,
        },
        TimeProvider.System,
        new Random(1));

    private static Task<ModelOutcome> AskAsync(ProviderCatalog catalog, string model = "my-gpt", string? effort = null) =>
        Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve($"azure-openai:{model}"))
            .Provider.CompleteAsync(Samples.Request(model) with { ReasoningEffort = effort }, Cancel);
}
