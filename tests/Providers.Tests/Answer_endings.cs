using System.Text.Json;
using FunctionsEval.Providers.Calls;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Providers.Simulator;

namespace FunctionsEval.Providers.Tests;

/// <summary>How an answer ended, from the bodies that each vendor sends, over real HTTP.</summary>
public sealed class Answer_endings
{
    private const string Chat = """{"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"message":MESSAGE,"finish_reason":FINISH}],"usage":{"prompt_tokens":9,"completion_tokens":8,"total_tokens":17}}""";
    private const string Response = """{"id":"r","object":"response","status":"STATUS","error":null,"incomplete_details":DETAILS,"model":"m","output":[OUTPUT],"usage":{"input_tokens":9,"output_tokens":8}}""";
    private const string Message = """{"id":"m","type":"message","role":"assistant","model":"m","content":[CONTENT],"stop_reason":STOP,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":8}}""";
    private const string Content = """{"candidates":[{"content":{"parts":[PARTS],"role":"model"},"finishReason":"FINISH","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":8},"modelVersion":"m","responseId":"r"}""";

    private static readonly string[] ChatVendors = ["openai", "azure-openai", "xai", "deepseek", "mistral", "openai-compatible"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string, AnswerEnding, string?> Answers()
    {
        var rows = new TheoryData<string, string, string, AnswerEnding, string?>();
        foreach (var vendor in ChatVendors)
        {
            void Add(string message, string finish, string text, AnswerEnding ending, string? detail) =>
                rows.Add(vendor, Chat.Replace("MESSAGE", message, StringComparison.Ordinal).Replace("FINISH", finish, StringComparison.Ordinal), text, ending, detail);

            Add("""{"role":"assistant","content":"Rating: 4"}""", "\"stop\"", "Rating: 4", AnswerEnding.Complete, null);
            Add("""{"role":"assistant","content":""}""", "\"stop\"", "", AnswerEnding.Complete, null);
            Add("""{"role":"assistant","content":"Rating"}""", "\"length\"", "Rating", AnswerEnding.Length, "length");
            Add("""{"role":"assistant","content":"","reasoning_content":"Let me see"}""", "\"length\"", "", AnswerEnding.Length, "length");
            Add("""{"role":"assistant","content":null}""", "\"model_length\"", "", AnswerEnding.Length, "model_length");
            Add("""{"role":"assistant","content":null}""", "\"MAX_TOKENS\"", "", AnswerEnding.Length, "MAX_TOKENS");
            Add("""{"role":"assistant","content":"Well, first"}""", "\"content_filter\"", "Well, first", AnswerEnding.Refused, "content_filter");
            Add("""{"role":"assistant"}""", "\"content_filter\"", "", AnswerEnding.Refused, "content_filter");
            Add("""{"role":"assistant","content":null,"refusal":"I cannot."}""", "\"stop\"", "I cannot.", AnswerEnding.Refused, "stop");
            Add("""{"role":"assistant","content":[{"type":"refusal","refusal":"No."}]}""", "null", "No.", AnswerEnding.Refused, null);
            Add("""{"role":"assistant","content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]}""", "\"tool_calls\"", "", AnswerEnding.ToolCall, "tool_calls");
            Add("""{"role":"assistant","content":null,"tool_calls":[{"id":"t"}]}""", "\"stop\"", "", AnswerEnding.ToolCall, "stop");
            Add("""{"role":"assistant","content":"Rating: 4","tool_calls":[{"id":"t"}]}""", "\"tool_calls\"", "Rating: 4", AnswerEnding.Complete, null);
        }

        foreach (var vendor in (string[])["openai|low", "azure-openai|low"])
        {
            void Add(string status, string details, string output, string text, AnswerEnding ending, string? detail) => rows.Add(
                vendor,
                Response.Replace("STATUS", status, StringComparison.Ordinal).Replace("DETAILS", details, StringComparison.Ordinal).Replace("OUTPUT", output, StringComparison.Ordinal),
                text, ending, detail);

            Add("completed", "null", """{"type":"reasoning","summary":[]},{"type":"message","content":[{"type":"output_text","text":"Rating: 4"}]}""", "Rating: 4", AnswerEnding.Complete, null);
            Add("incomplete", """{"reason":"max_output_tokens"}""", """{"type":"reasoning","summary":[]}""", "", AnswerEnding.Length, "max_output_tokens");
            Add("incomplete", """{"reason":"content_filter"}""", """{"type":"message","content":[{"type":"output_text","text":"Well"}]}""", "Well", AnswerEnding.Refused, "content_filter");
            Add("completed", "null", """{"type":"message","content":[{"type":"refusal","refusal":"I cannot."}]}""", "I cannot.", AnswerEnding.Refused, null);
            Add("completed", "null", """{"type":"function_call","name":"f","arguments":"{}"}""", "", AnswerEnding.ToolCall, null);
            Add("completed", "null", "", "", AnswerEnding.Complete, null);
        }

        void AddMessage(string content, string stop, string text, AnswerEnding ending, string? detail) => rows.Add(
            "anthropic", Message.Replace("CONTENT", content, StringComparison.Ordinal).Replace("STOP", stop, StringComparison.Ordinal), text, ending, detail);

        AddMessage("""{"type":"text","text":"Rating: 4"}""", "\"end_turn\"", "Rating: 4", AnswerEnding.Complete, null);
        AddMessage("""{"type":"text","text":"Rating"}""", "\"max_tokens\"", "Rating", AnswerEnding.Length, "max_tokens");
        AddMessage("""{"type":"thinking","thinking":"Let me see"}""", "\"model_context_window_exceeded\"", "", AnswerEnding.Length, "model_context_window_exceeded");
        AddMessage("", "\"refusal\"", "", AnswerEnding.Refused, "refusal");
        AddMessage("""{"type":"tool_use","id":"t","name":"f","input":{}}""", "\"tool_use\"", "", AnswerEnding.ToolCall, "tool_use");
        AddMessage("", "null", "", AnswerEnding.Complete, null);

        void AddContent(string parts, string finish, string text, AnswerEnding ending, string? detail) => rows.Add(
            "google", Content.Replace("PARTS", parts, StringComparison.Ordinal).Replace("FINISH", finish, StringComparison.Ordinal), text, ending, detail);

        AddContent("""{"text":"Rating: 4"}""", "STOP", "Rating: 4", AnswerEnding.Complete, null);
        AddContent("""{"text":"Let me see","thought":true}""", "MAX_TOKENS", "", AnswerEnding.Length, "MAX_TOKENS");
        foreach (var reason in (string[])["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"])
        {
            AddContent("", reason, "", AnswerEnding.Refused, reason);
            rows.Add("google", $$$"""{"promptFeedback":{"blockReason":"{{{reason}}}"},"usageMetadata":{"promptTokenCount":9}}""", "", AnswerEnding.Refused, reason);
        }

        AddContent("""{"functionCall":{"name":"f","args":{}}}""", "STOP", "", AnswerEnding.ToolCall, "STOP");
        AddContent("", "MALFORMED_FUNCTION_CALL", "", AnswerEnding.ToolCall, "MALFORMED_FUNCTION_CALL");
        return rows;
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Every_vendors_words_come_to_one_ending(string vendor, string body, string text, AnswerEnding ending, string? detail)
    {
        var answer = Samples.AnswerOf(await AskAsync(vendor, 200, body));

        Assert.Equal((text, ending, detail), (answer.Text, answer.Ending, answer.EndingDetail));
    }

    [Theory]
    [InlineData("azure-openai", 400, """{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true,"severity":"high"}}}}}""")]
    [InlineData("azure-openai|low", 400, """{"error":{"message":"Filtered.","type":"invalid_request_error","param":null,"code":"content_filter"}}""")]
    [InlineData("openai", 400, """{"error":{"message":"Invalid prompt: your prompt was flagged as potentially violating our usage policy.","type":"invalid_request_error","param":null,"code":"invalid_prompt"}}""")]
    [InlineData("anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}}""")]
    [InlineData("xai", 403, """{"code":"The caller does not have permission to execute the specified operation","error":"Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO"}""")]
    [InlineData("deepseek", 400, """{"error":{"message":"Content Exists Risk","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""")]
    [InlineData("mistral", 400, """{"object":"error","message":"Blocked.","type":"invalid_request","code":"content_policy_violation"}""")]
    public async Task A_filter_that_answers_with_an_error_is_a_refusal_too(string vendor, int status, string body)
    {
        var answer = Samples.AnswerOf(await AskAsync(vendor, status, body, "x-request-id: r1\r\nrequest-id: r1\r\n"));

        Assert.Equal(("", "content_filter", AnswerEnding.Refused, "r1"), (answer.Text, answer.FinishReason, answer.Ending, answer.RequestId));
        Assert.NotEmpty(answer.EndingDetail!);
    }

    [Theory]
    [InlineData("openai", """{"choices":[{"finish_reason":"error","error":{"code":502,"message":"Upstream"},"message":{"content":""}}]}""", 502)]
    [InlineData("openai-compatible", """{"choices":[{"finish_reason":"error","error":{"code":502},"message":{"content":""}}]}""", 502)]
    [InlineData("openai-compatible", """{"choices":[{"finish_reason":"stop","error":{"code":429,"message":"Slow down"},"message":{"content":"Rat"}}]}""", 429)]
    [InlineData("mistral", """{"choices":[{"finish_reason":"error","message":{"content":"Rati"}}]}""", 200)]
    [InlineData("deepseek", """{"choices":[{"finish_reason":"insufficient_system_resource","message":{"content":""}}]}""", 200)]
    [InlineData("xai", """{"choices":[]}""", 200)]
    [InlineData("azure-openai", """{"choices":null,"usage":{"prompt_tokens":9}}""", 200)]
    [InlineData("openai|low", """{"object":"response","status":"failed","error":{"code":"server_error","message":"Sorry."},"output":[]}""", 200)]
    [InlineData("azure-openai|low", """{"object":"response","status":"failed","error":null,"output":[]}""", 200)]
    [InlineData("openai|low", """{"object":"response","status":"in_progress","error":null,"output":[]}""", 200)]
    [InlineData("anthropic", """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", 200)]
    [InlineData("google", """{"candidates":[],"usageMetadata":{"promptTokenCount":9}}""", 200)]
    [InlineData("google", """{"usageMetadata":{"promptTokenCount":9},"modelVersion":"m"}""", 200)]
    [InlineData("google", """{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}""", 503)]
    public async Task A_vendors_failure_inside_a_200_is_no_answer_and_is_tried_again(string vendor, string body, int status)
    {
        var failure = Samples.FailureOf(await AskAsync(vendor, 200, body));

        Assert.Equal((true, status), (failure.Retryable, failure.StatusCode));
        Assert.Contains("http://127.0.0.1:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vendor_that_fails_inside_its_200s_fails_in_the_end()
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions(FailureFaults: 1));
        using var catalog = new ProviderCatalog(
            new ProviderSettings
            {
                Variables = Samples.SettingsOfAll(server.BaseUrl).Variables,
                Calls = new ModelCallerOptions { FirstBackoff = TimeSpan.FromMilliseconds(1), LongestBackoff = TimeSpan.FromMilliseconds(2) },
            },
            TimeProvider.System,
            new Random(1));
        foreach (var vendor in (string[])["openai", "openai|low", "anthropic", "google"])
        {
            var resolved = Resolve(catalog, vendor, "sim-noisy");

            var result = await resolved.Caller.CallAsync(Samples.Request("sim-noisy") with { ReasoningEffort = Effort(vendor) }, null, Cancel);

            Assert.Equal(ModelErrorCode.ServerError, Samples.FailureOf(result.Outcome).Code);
            Assert.Equal(new ModelCallerOptions().MaxAttempts, result.Attempts.Count);
        }
    }

    [Theory]
    [InlineData("sim-cut", "", AnswerEnding.Length)]
    [InlineData("sim-tool", "", AnswerEnding.ToolCall)]
    [InlineData("sim-refusing", "I'm sorry, but I can't help with that.", AnswerEnding.Refused)]
    public async Task The_simulator_ends_alike_in_every_format(string model, string text, AnswerEnding ending)
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions());
        using var catalog = new ProviderCatalog(Samples.SettingsOfAll(server.BaseUrl), TimeProvider.System, new Random(1));
        foreach (var vendor in (string[])["openai", "openai|low", "azure-openai", "anthropic", "google", "xai", "deepseek", "mistral"])
        {
            var answer = Samples.AnswerOf(await Resolve(catalog, vendor, model).Provider.CompleteAsync(Samples.Request(model, maxTokens: 50) with { ReasoningEffort = Effort(vendor) }, Cancel));

            Assert.Equal((text, ending), (answer.Text, answer.Ending));
        }
    }

    [Theory]
    [InlineData("<think>It may be 3.</think>Rating: 4", "Rating: 4", "It may be 3.")]
    [InlineData("\n<THINK>\nIt may be 3.\n</THINK>\n\nRating: 4\n", "Rating: 4\n", "It may be 3.")]
    [InlineData("It may be 3.\n</think>\nRating: 4", "Rating: 4", "It may be 3.")]
    [InlineData("<think>one</think> <think>two</think> Rating: 4", "Rating: 4", "one\n\ntwo")]
    [InlineData("<think>It may be", "", "It may be")]
    [InlineData("<think></think>Rating: 4", "Rating: 4", "")]
    [InlineData("Write <think> and </think> around thoughts.", "Write <think> and </think> around thoughts.", null)]
    [InlineData("Rating: 4", "Rating: 4", null)]
    public async Task Thoughts_in_front_of_an_answer_are_no_part_of_it(string content, string text, string? thoughts)
    {
        var body = Chat.Replace("MESSAGE", JsonSerializer.Serialize(new Dictionary<string, string> { ["content"] = content }), StringComparison.Ordinal).Replace("FINISH", "\"stop\"", StringComparison.Ordinal);

        var answer = Samples.AnswerOf(await AskAsync("openai-compatible", 200, body));
        var kept = Samples.AnswerOf(await AskAsync("openai-compatible", 200, body, keepReasoning: true));

        Assert.Equal((text, thoughts), (answer.Text, answer.Reasoning));
        Assert.Equal((content, null), (kept.Text, kept.Reasoning));
    }

    [Theory]
    [InlineData("deepseek", """{"choices":[{"message":{"content":"4","reasoning_content":"Let me see."},"finish_reason":"stop"}]}""")]
    [InlineData("openai-compatible", """{"choices":[{"message":{"content":"4","reasoning":"Let me see."},"finish_reason":"stop"}]}""")]
    [InlineData("mistral", """{"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Let me see."}]},{"type":"text","text":"4"}]},"finish_reason":"stop"}]}""")]
    [InlineData("openai|low", """{"status":"completed","output":[{"type":"reasoning","summary":[{"type":"summary_text","text":"Let me see."}]},{"type":"message","content":[{"type":"output_text","text":"4"}]}]}""")]
    [InlineData("anthropic", """{"type":"message","content":[{"type":"thinking","thinking":"Let me see.","signature":"s"},{"type":"text","text":"4"}],"stop_reason":"end_turn"}""")]
    [InlineData("google", """{"candidates":[{"content":{"parts":[{"text":"Let me see.","thought":true},{"text":"4"}]},"finishReason":"STOP"}]}""")]
    public async Task Thoughts_beside_an_answer_are_kept_apart(string vendor, string body)
    {
        var answer = Samples.AnswerOf(await AskAsync(vendor, 200, body));

        Assert.Equal(("4", "Let me see.", AnswerEnding.Complete), (answer.Text, answer.Reasoning, answer.Ending));
    }

    private static string? Effort(string vendor) => vendor.EndsWith("|low", StringComparison.Ordinal) ? "low" : null;

    private static ProviderResolution.Resolved Resolve(ProviderCatalog catalog, string vendor, string model) =>
        Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve($"{vendor.Split('|')[0]}:{model}"));

    private static async Task<ModelOutcome> AskAsync(string vendor, int status, string body, string headers = "", bool keepReasoning = false)
    {
        await using var server = new RawServer(RawServer.Response(status, body, headers));
        using var catalog = new ProviderCatalog(Samples.SettingsOfAll(server.BaseUrl), TimeProvider.System, new Random(1));
        return await Resolve(catalog, vendor, "m").Provider.CompleteAsync(
            Samples.Request("m") with { ReasoningEffort = Effort(vendor), KeepReasoning = keepReasoning }, Cancel);
    }
}
