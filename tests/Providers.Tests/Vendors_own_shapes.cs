using System.Text;
using FunctionsEval.Providers.Catalog;

namespace FunctionsEval.Providers.Tests;

/// <summary>Bodies in the shapes of the vendors' documentation, with the fields that no simulator of ours sends, read by the adapters.</summary>
public sealed class Vendors_own_shapes
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Anthropic_counts_input_beside_the_cache_and_thinks_in_blocks_of_its_own()
    {
        var outcome = await AskAsync("anthropic:claude-sonnet-4-5", 200, """
            {
              "id": "msg_013Zva2CMHLNnXjNJJKqJ2EF", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5-20250929",
              "content": [
                { "type": "thinking", "thinking": "The user wants a number.", "signature": "EqQBCgIYAhIM1gbcDa9GJwZA2b3h" },
                { "type": "text", "text": "Rating: 4", "citations": null }
              ],
              "stop_reason": "end_turn", "stop_sequence": null, "container": null,
              "usage": {
                "input_tokens": 12, "cache_creation_input_tokens": 200, "cache_read_input_tokens": 1800,
                "cache_creation": { "ephemeral_5m_input_tokens": 200, "ephemeral_1h_input_tokens": 0 },
                "output_tokens": 57, "service_tier": "standard"
              }
            }
            """, "request-id: req_018EeWyXxfu5pfWkrYcMdjWG\r\nanthropic-ratelimit-requests-limit: 50\r\nanthropic-ratelimit-requests-remaining: 49\r\n");

        var answer = Samples.AnswerOf(outcome);
        Assert.Equal(("Rating: 4", "stop", "claude-sonnet-4-5-20250929"), (answer.Text, answer.FinishReason, answer.ModelVersion));
        Assert.Equal(new TokenUsage(2012, 57, null, 1800), answer.Usage);
        Assert.Equal("req_018EeWyXxfu5pfWkrYcMdjWG", answer.RequestId);
    }

    [Fact]
    public async Task Anthropic_is_overloaded()
    {
        var failure = Samples.FailureOf(await AskAsync("anthropic:claude-sonnet-4-5", 529, """
            { "type": "error", "error": { "type": "overloaded_error", "message": "Overloaded" }, "request_id": "req_011CSHoEeqs5C35K2UUqR7Fy" }
            """));

        Assert.Equal((ModelErrorCode.ServerError, 529, "overloaded_error", true), (failure.Code, failure.StatusCode, failure.VendorCode, failure.Retryable));
        Assert.Equal("req_011CSHoEeqs5C35K2UUqR7Fy", failure.RequestId);
    }

    [Fact]
    public async Task Gemini_counts_thoughts_beside_the_candidates_and_input_with_the_cache()
    {
        var answer = Samples.AnswerOf(await AskAsync("google:gemini-2.5-flash", 200, """
            {
              "candidates": [{
                "content": { "parts": [{ "text": "Let me see.", "thought": true }, { "text": "Rating: " }, { "text": "4", "thoughtSignature": "CpcBAdHtim9x" }], "role": "model" },
                "finishReason": "STOP", "index": 0, "avgLogprobs": -0.12
              }],
              "usageMetadata": {
                "promptTokenCount": 1500, "candidatesTokenCount": 5, "totalTokenCount": 1625, "cachedContentTokenCount": 1024, "thoughtsTokenCount": 120,
                "promptTokensDetails": [{ "modality": "TEXT", "tokenCount": 1500 }], "cacheTokensDetails": [{ "modality": "TEXT", "tokenCount": 1024 }]
              },
              "modelVersion": "gemini-2.5-flash", "responseId": "nHaDaPmWMZ2qvdIPgvyYkAU"
            }
            """));

        Assert.Equal(("Rating: 4", "stop", "nHaDaPmWMZ2qvdIPgvyYkAU"), (answer.Text, answer.FinishReason, answer.RequestId));
        Assert.Equal(new TokenUsage(1500, 125, 120, 1024), answer.Usage);
    }

    [Fact]
    public async Task Gemini_blocks_a_prompt_without_a_candidate()
    {
        var answer = Samples.AnswerOf(await AskAsync("google:gemini-2.5-flash", 200, """
            { "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" }, "usageMetadata": { "promptTokenCount": 9, "totalTokenCount": 9 }, "modelVersion": "gemini-2.5-flash" }
            """));

        Assert.Equal(("", "content_filter", 9), (answer.Text, answer.FinishReason, answer.Usage!.InputTokens));
        Assert.Null(answer.Usage.OutputTokens);
    }

    // The same sentence for a quota that passes in a minute and for one that does not.
    [Theory]
    [InlineData("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "37.5s", false)]
    [InlineData("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "7200s", true)]
    public async Task Gemini_says_in_the_body_which_quota_is_exceeded_and_how_long_to_wait(string quota, string delay, bool isExhausted)
    {
        var failure = Samples.FailureOf(await AskAsync("google:gemini-2.5-flash", 429, $$$"""
            { "error": {
              "code": 429, "message": "You exceeded your current quota, please check your plan and billing details.", "status": "RESOURCE_EXHAUSTED",
              "details": [
                { "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{
                  "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
                  "quotaId": "GenerateContentInputTokensPerModelPerMinute-FreeTier", "quotaDimensions": { "location": "global", "model": "gemini-2.5-flash" } }, {
                  "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
                  "quotaId": "{{{quota}}}", "quotaDimensions": { "location": "global", "model": "gemini-2.5-flash" }, "quotaValue": "10" }] },
                { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "{{{delay}}}" }
              ] } }
            """));

        Assert.Equal(
            (ModelErrorCode.RateLimit, "RESOURCE_EXHAUSTED", !isExhausted, isExhausted),
            (failure.Code, failure.VendorCode, failure.Retryable, failure.IsExhausted));
        Assert.Equal(delay, $"{failure.RetryAfter!.Value.TotalSeconds}s");
    }

    // xAI says with the status of a limit that passes, or of a key that is wrong, that there is no money.
    [Theory]
    [InlineData(429, "Your team 16f2151a has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit.")]
    [InlineData(403, "You have run out of credits or need a Grok subscription.")]
    [InlineData(403, "Your newly created team doesn't have any credits or licenses yet. You can purchase those on https://console.x.ai.")]
    public async Task Xai_has_no_credits_left(int status, string message)
    {
        var failure = Samples.FailureOf(await AskAsync("xai:grok-4", status, $$"""{ "code": "permission-denied", "error": "{{message}}" }"""));

        Assert.Equal((ModelErrorCode.AuthError, false, true), (failure.Code, failure.Retryable, failure.IsExhausted));
    }

    [Theory]
    [InlineData("x-ratelimit-limit-req-minute: 60\r\nx-ratelimit-remaining-req-minute: 59\r\nx-ratelimit-limit-tokens-minute: 500000\r\nx-ratelimit-remaining-tokens-minute: 467993\r\n", 60L, null)]
    [InlineData("x-ratelimitbysize-limit-minute: 500000\r\nx-ratelimitbysize-remaining-minute: 467993\r\nratelimitbysize-reset: 40\r\n", null, 40)]
    public async Task Mistral_tells_its_quota_of_a_minute(string headers, long? requests, int? seconds)
    {
        var answer = Samples.AnswerOf(await AskAsync(
            "mistral:mistral-small-latest", 200, """{ "id": "cmpl-e5cc70bb", "choices": [{ "message": { "content": "Rating: 4" }, "finish_reason": "stop" }] }""", headers));

        Assert.Equal(
            (requests, requests - 1, 500_000L, 467_993L, seconds),
            (answer.Limits!.RequestsLimit, answer.Limits.RequestsRemaining, answer.Limits.TokensLimit, answer.Limits.TokensRemaining, (int?)answer.Limits.TokensReset?.TotalSeconds));
    }

    [Theory]
    [InlineData("openai:gpt-4.1", """{ "id": "chatcmpl-1", "choices": [{ "message": { "content": "4" } }] }""", "chatcmpl-1")]
    [InlineData("openai:gpt-5-mini", """{ "id": "resp_1", "status": "completed", "output": [{ "type": "message", "content": [{ "type": "output_text", "text": "4" }] }] }""", "resp_1")]
    [InlineData("anthropic:claude-sonnet-4-5", """{ "id": "msg_1", "type": "message", "content": [{ "type": "text", "text": "4" }] }""", "msg_1")]
    [InlineData("google:gemini-2.5-flash", """{ "responseId": "nHa", "candidates": [{ "content": { "parts": [{ "text": "4" }] } }] }""", "nHa")]
    public async Task An_answer_has_an_id_of_its_own_beside_that_of_the_request(string model, string body, string id)
    {
        var answer = Samples.AnswerOf(await AskAsync(model, 200, body, "x-request-id: r\r\nrequest-id: r\r\n", effort: model.EndsWith("mini", StringComparison.Ordinal) ? "low" : null));

        Assert.Equal(("r", id), (answer.RequestId, answer.ResponseId));
    }

    [Fact]
    public async Task Responses_hold_reasoning_items_before_the_message()
    {
        var answer = Samples.AnswerOf(await AskAsync("openai:gpt-5-mini", 200, """
            {
              "id": "resp_68af4030592c81938ec0a5fbab4a3e9f", "object": "response", "created_at": 1756315696, "status": "completed", "error": null, "incomplete_details": null,
              "model": "gpt-5-mini-2025-08-07",
              "output": [
                { "id": "rs_68af4030baa48193b0b43b4c2a176a1a", "type": "reasoning", "content": [], "summary": [] },
                { "id": "msg_68af40337e58819392e935fb404414d0", "type": "message", "role": "assistant", "status": "completed",
                  "content": [{ "type": "output_text", "annotations": [], "logprobs": [], "text": "Rating: 4" }] }
              ],
              "reasoning": { "effort": "low", "summary": null }, "store": false, "text": { "format": { "type": "text" }, "verbosity": "medium" },
              "usage": { "input_tokens": 2006, "input_tokens_details": { "cached_tokens": 1920 }, "output_tokens": 300, "output_tokens_details": { "reasoning_tokens": 256 }, "total_tokens": 2306 }
            }
            """, "x-request-id: req_4a1\r\n", effort: "low"));

        Assert.Equal(("Rating: 4", "stop", "gpt-5-mini-2025-08-07", "req_4a1"), (answer.Text, answer.FinishReason, answer.ModelVersion, answer.RequestId));
        Assert.Equal(new TokenUsage(2006, 300, 256, 1920), answer.Usage);
    }

    [Fact]
    public async Task Responses_that_only_reasoned_are_cut()
    {
        var answer = Samples.AnswerOf(await AskAsync("openai:gpt-5-mini", 200, """
            { "id": "resp_1", "object": "response", "status": "incomplete", "incomplete_details": { "reason": "max_output_tokens" }, "model": "gpt-5-mini-2025-08-07",
              "output": [{ "id": "rs_1", "type": "reasoning", "summary": [] }],
              "usage": { "input_tokens": 20, "output_tokens": 64, "output_tokens_details": { "reasoning_tokens": 64 }, "total_tokens": 84 } }
            """, effort: "high"));

        Assert.Equal(("", "max_tokens", 64), (answer.Text, answer.FinishReason, answer.Usage!.ReasoningTokens));
    }

    // Both documented: xAI's reasoning is beside the completion, OpenAI's and DeepSeek's within it.
    [Theory]
    [InlineData("xai:grok-4", 40)]
    [InlineData("openai:gpt-4.1", 350)]
    [InlineData("deepseek:deepseek-reasoner", 350)]
    public async Task Reasoning_is_part_of_the_output_however_a_vendor_counts_it(string model, int completion)
    {
        var answer = Samples.AnswerOf(await AskAsync(model, 200, $$"""
            {
              "id": "0daf962f-a275-4a3c-839a-047854645532", "object": "chat.completion", "created": 1739301120, "model": "the-model",
              "choices": [{ "index": 0, "message": { "role": "assistant", "content": "Rating: 4", "reasoning_content": "Let me see.", "refusal": null }, "finish_reason": "stop", "logprobs": null }],
              "usage": {
                "prompt_tokens": 42, "completion_tokens": {{completion}}, "total_tokens": 392,
                "prompt_tokens_details": { "text_tokens": 42, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 8 },
                "completion_tokens_details": { "reasoning_tokens": 310, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0 }
              },
              "system_fingerprint": "fp_84ff176447"
            }
            """));

        Assert.Equal(("Rating: 4", new TokenUsage(42, 350, 310, 8)), (answer.Text, answer.Usage!));
    }

    [Theory]
    [InlineData("openai:gpt-5-mini", "reasoning.effort", "\"effort\":\"none\"", "\"effort\":\"minimal\"")]
    [InlineData("openai-compatible:gpt-5-mini", "reasoning_effort", "\"reasoning_effort\":\"none\"", "\"reasoning_effort\":\"minimal\"")]
    public async Task A_model_that_cannot_do_without_reasoning_is_asked_for_the_least(string model, string parameter, string first, string then)
    {
        var refusal = RawServer.Response(400, $$"""
            { "error": { "message": "Unsupported value: '{{parameter}}' does not support 'none' with this model. Supported values are: 'minimal', 'low', 'medium', and 'high'.",
              "type": "invalid_request_error", "param": "{{parameter}}", "code": "unsupported_value" } }
            """);
        var answer = RawServer.Response(200, parameter == "reasoning_effort"
            ? """{ "choices": [{ "message": { "content": "Rating: 4" }, "finish_reason": "stop" }] }"""
            : """{ "status": "completed", "output": [{ "type": "message", "content": [{ "type": "output_text", "text": "Rating: 4" }] }] }""");
        var requests = new List<string>();
        RawServer? server = null;
        await using var running = server = new RawServer(async (socket, token) =>
        {
            requests.Add(server!.LastRequest);
            await socket.SendAsync(Encoding.UTF8.GetBytes(server.LastRequest.Contains(first, StringComparison.Ordinal) ? refusal : answer), token);
        });
        using var catalog = Catalog(server);
        var caller = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve(model)).Caller;

        var result = await caller.CallAsync(Samples.Request("gpt-5-mini") with { ReasoningEffort = "none" }, null, Cancel);
        var next = await caller.CallAsync(Samples.Request("gpt-5-mini", id: "run|c2|1") with { ReasoningEffort = "none" }, null, Cancel);

        Assert.Equal("Rating: 4", Samples.AnswerOf(result.Outcome).Text);
        Assert.Equal([RequestAdaptations.None, RequestAdaptations.MinimalReasoning], result.Attempts.Select(attempt => attempt.Adaptations));
        Assert.Equal(RequestAdaptations.MinimalReasoning, Assert.Single(next.Attempts).Adaptations);
        Assert.Equal(3, requests.Count);
        Assert.All(requests.Skip(1), request => Assert.Contains(then, request, StringComparison.Ordinal));
    }

    private static async Task<ModelOutcome> AskAsync(string model, int status, string body, string headers = "", string? effort = null)
    {
        await using var server = new RawServer(RawServer.Response(status, body, headers));
        using var catalog = Catalog(server);
        var resolved = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve(model));
        return await resolved.Provider.CompleteAsync(Samples.Request(resolved.Model) with { ReasoningEffort = effort }, Cancel);
    }

    private static ProviderCatalog Catalog(RawServer server) => new(Samples.SettingsOfAll(server.BaseUrl), TimeProvider.System, new Random(1));
}
