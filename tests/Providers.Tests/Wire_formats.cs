using System.Text;
using System.Text.Json;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Providers.Simulator;

namespace FunctionsEval.Providers.Tests;

/// <summary>Every vendor's adapter against the simulator over real HTTP, in the vendor's own format.</summary>
public sealed class Wire_formats
{
    public static TheoryData<string, string?> Adapters => new()
    {
        { "openai", null },
        { "openai", "low" },
        { "azure-openai", null },
        { "azure-openai", "low" },
        { "anthropic", null },
        { "google", null },
        { "xai", null },
        { "deepseek", null },
        { "mistral", null },
        { "openai-compatible", null },
    };

    [Theory]
    [MemberData(nameof(Adapters))]
    public async Task Every_vendor_gets_the_same_answer(string vendor, string? effort)
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions());
        using var catalog = Catalog(server);

        var answer = Samples.AnswerOf(await CallAsync(catalog, vendor, Samples.Request("sim-noisy") with { ReasoningEffort = effort }));
        var reference = Samples.AnswerOf(await CallAsync(catalog, "openai-compatible", Samples.Request("sim-noisy")));

        Assert.Equal(reference.Text, answer.Text);
        Assert.Equal(("stop", "sim-noisy"), (answer.FinishReason, answer.ModelVersion));
        Assert.StartsWith("chatcmpl-", answer.RequestId, StringComparison.Ordinal);
        Assert.Equal(reference.Usage!.InputTokens, answer.Usage!.InputTokens);
        Assert.Equal(effort is null ? 0 : 16, answer.Usage.ReasoningTokens ?? 0);
        Assert.Equal(reference.Usage.OutputTokens + (effort is null ? 0 : 16), answer.Usage.OutputTokens);
    }

    [Theory]
    [MemberData(nameof(Adapters))]
    public async Task Every_vendor_tells_a_refusal_and_a_cut(string vendor, string? effort)
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions());
        using var catalog = Catalog(server);

        var refusal = Samples.AnswerOf(await CallAsync(catalog, vendor, Samples.Request("sim-refusing") with { ReasoningEffort = effort }));
        var cut = Samples.AnswerOf(await CallAsync(catalog, vendor, Samples.Request("sim-noisy", maxTokens: 1) with { ReasoningEffort = effort }));

        Assert.Equal(("I'm sorry, but I can't help with that.", "content_filter"), (refusal.Text, refusal.FinishReason));
        Assert.Equal(("Rati", "max_tokens"), (cut.Text, cut.FinishReason));
    }

    [Theory]
    [MemberData(nameof(Adapters))]
    public async Task Every_vendor_says_what_went_wrong(string vendor, string? effort)
    {
        var request = Samples.Request() with { ReasoningEffort = effort };
        await using var locked = await Simulated_models.StartAsync(new SimulatorOptions(ApiKey: "another key"));
        await using var limited = await Simulated_models.StartAsync(new SimulatorOptions(RateLimitFaults: 1));
        await using var broken = await Simulated_models.StartAsync(new SimulatorOptions(MalformedFaults: 1));
        await using var used = await Simulated_models.StartAsync(new SimulatorOptions(RequestsPerDay: 0));

        var refused = Samples.FailureOf(await CallAsync(Catalog(locked), vendor, request));
        var missing = Samples.FailureOf(await CallAsync(Catalog(limited), vendor, request with { Model = "sim-better-x" }));
        var later = Samples.FailureOf(await CallAsync(Catalog(limited), vendor, request));
        var torn = Samples.FailureOf(await CallAsync(Catalog(broken), vendor, request));
        var tomorrow = Samples.FailureOf(await CallAsync(Catalog(used), vendor, request));

        Assert.Equal((ModelErrorCode.AuthError, 401, false), (refused.Code, refused.StatusCode, refused.Retryable));
        Assert.Equal((ModelErrorCode.NotFound, 404, false), (missing.Code, missing.StatusCode, missing.Retryable));
        Assert.Equal((ModelErrorCode.RateLimit, 429, true), (later.Code, later.StatusCode, later.Retryable));
        Assert.Equal((ModelErrorCode.ServerError, 200, true), (torn.Code, torn.StatusCode, torn.Retryable));
        Assert.Equal((ModelErrorCode.RateLimit, 429, false, true), (tomorrow.Code, tomorrow.StatusCode, tomorrow.Retryable, tomorrow.IsExhausted));
        Assert.All([refused, missing, later, tomorrow], failure => Assert.NotNull(failure.VendorCode));
    }

    [Theory]
    [MemberData(nameof(Adapters))]
    public async Task Every_vendors_key_is_in_its_header_and_retry_after_is_read(string vendor, string? effort)
    {
        await using var server = await Simulated_models.StartAsync(
            new SimulatorOptions(ApiKey: Samples.Key, RequestsPerSecond: 0.1, Burst: 1));
        using var catalog = Catalog(server);
        var request = Samples.Request() with { ReasoningEffort = effort };

        var answer = Samples.AnswerOf(await CallAsync(catalog, vendor, request));
        var failure = Samples.FailureOf(await CallAsync(catalog, vendor, request));

        Assert.Equal((1, 0), (answer.Limits!.RequestsLimit, answer.Limits.RequestsRemaining));
        Assert.InRange(failure.RetryAfter!.Value.TotalSeconds, 1, 10);
        Assert.InRange(failure.Limits!.RequestsReset!.Value.TotalSeconds, 1, 10);
    }

    [Theory]
    [InlineData("openai", "temperature")]
    [InlineData("openai-compatible", "temperature", "max_tokens")]
    [InlineData("mistral", "max_tokens")]
    [InlineData("anthropic", "temperature")]
    [InlineData("google", "temperature")]
    public async Task What_a_model_refuses_is_left_out_from_then_on(string vendor, params string[] refused)
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions(RefusedParameters: refused));
        using var catalog = Catalog(server);
        var caller = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve($"{vendor}:sim-noisy")).Caller;
        var request = Samples.Request("sim-noisy", maxTokens: 50);

        var first = await caller.CallAsync(request, null, TestContext.Current.CancellationToken);
        var second = await caller.CallAsync(request with { ClientRequestId = "run|c2|1" }, null, TestContext.Current.CancellationToken);

        Samples.AnswerOf(first.Outcome);
        Assert.Equal(refused.Length + 1, first.Attempts.Count);
        Assert.Equal(refused.Contains("temperature"), first.Attempts[^1].Adaptations.HasFlag(RequestAdaptations.WithoutTemperature));
        Assert.Equal(refused.Contains("max_tokens"), first.Attempts[^1].Adaptations.HasFlag(RequestAdaptations.MaxCompletionTokensName));
        Assert.Equal(first.Attempts[^1].Adaptations, Assert.Single(second.Attempts).Adaptations);
        Assert.Equal(refused.Contains("temperature") ? 1 : 0, first.Attempts[^1].Adaptations.Warnings().Count);
        Samples.AnswerOf(second.Outcome);
    }

    [Theory]
    [InlineData("openai", "Unsupported value: 'messages[0].role' does not support 'system' with this model.", "messages[0].role")]
    [InlineData("openai-compatible", "System role not supported", null)]
    [InlineData("mistral", "Conversation roles must alternate user/assistant/user/assistant/...", null)]
    [InlineData("google", "Developer instruction is not enabled for models/gemma-3-27b-it", null)]
    public async Task A_system_message_that_a_model_refuses_goes_into_the_first_user_message(string vendor, string message, string? param)
    {
        var refusal = RawServer.Response(400, JsonSerializer.Serialize(new { error = new { message, param, type = "invalid_request_error" } }));
        var answer = RawServer.Response(200, vendor == "google"
            ? """{"candidates":[{"content":{"parts":[{"text":"Rating: 4"}]},"finishReason":"STOP"}]}"""
            : """{"choices":[{"message":{"content":"Rating: 4"},"finish_reason":"stop"}]}""");
        RawServer? server = null;
        await using var running = server = new RawServer(async (socket, token) =>
            await socket.SendAsync(Encoding.UTF8.GetBytes(server!.LastRequest.Contains("ystem", StringComparison.Ordinal) ? refusal : answer), token));
        using var catalog = new ProviderCatalog(Samples.SettingsOfAll(server.BaseUrl), TimeProvider.System, new Random(1));
        var caller = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve($"{vendor}:m")).Caller;

        var result = await caller.CallAsync(Samples.Request("m"), null, TestContext.Current.CancellationToken);
        var withSystem = server.LastRequest;
        var plain = await caller.CallAsync(new ModelRequest("m", [new ChatMessage(ChatRole.User, "x")], "c2"), null, TestContext.Current.CancellationToken);

        Assert.Equal("Rating: 4", Samples.AnswerOf(result.Outcome).Text);
        Assert.Contains("One line: Rating: N.\\n\\nHow acceptable is it?", withSystem, StringComparison.Ordinal);
        Assert.Equal([RequestAdaptations.None, RequestAdaptations.SystemInUserMessage], result.Attempts.Select(attempt => attempt.Adaptations));
        Assert.Contains("system message", Assert.Single(result.Attempts[1].Adaptations.Warnings()), StringComparison.Ordinal);
        Assert.Equal(RequestAdaptations.None, Assert.Single(plain.Attempts).Adaptations);
    }

    [Fact]
    public async Task A_refused_system_message_is_not_tried_twice_without_one()
    {
        await using var server = new RawServer(RawServer.Response(400, """{"error":{"message":"System role not supported"}}"""));
        using var catalog = new ProviderCatalog(Samples.SettingsOfAll(server.BaseUrl), TimeProvider.System, new Random(1));
        var caller = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve("mistral:m")).Caller;

        var result = await caller.CallAsync(new ModelRequest("m", [new ChatMessage(ChatRole.User, "x")], "c1"), null, TestContext.Current.CancellationToken);

        Assert.Equal(ModelErrorCode.ValidationError, Samples.FailureOf(result.Outcome).Code);
        Assert.Single(result.Attempts);
    }

    private static ProviderCatalog Catalog(SimulatorServer server) => new(Samples.SettingsOfAll(server.BaseUrl), TimeProvider.System, new Random(1));

    private static Task<ModelOutcome> CallAsync(ProviderCatalog catalog, string vendor, ModelRequest request) =>
        Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve($"{vendor}:{request.Model}"))
            .Provider.CompleteAsync(request, TestContext.Current.CancellationToken);
}
