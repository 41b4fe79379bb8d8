using System.Text.Json;
using FunctionsEval.Providers.OpenAI;
using FunctionsEval.Providers.Simulator;

namespace FunctionsEval.Providers.Tests;

public sealed class OpenAI_provider
{
    private const string Completion = """
        {"id":"c","model":"gpt-4.1-mini-2025-04-14","choices":[{"index":0,"message":{"role":"assistant","content":"Rating: 4"},"finish_reason":"length"}],
        "usage":{"prompt_tokens":11,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":5},"completion_tokens_details":{"reasoning_tokens":3}}}
        """;

    [Fact]
    public async Task Reads_text_finish_reason_usage_version_and_request_id()
    {
        await using var server = new RawServer(RawServer.Response(200, Completion, "x-request-id: req_1\r\n"));

        var answer = Samples.AnswerOf(await Samples.AskOpenAIAsync(server));

        Assert.Equal(
            new ModelAnswer("Rating: 4", "max_tokens", "gpt-4.1-mini-2025-04-14", new TokenUsage(11, 7, 3, 5), "req_1", ResponseId: "c", Ending: AnswerEnding.Length, EndingDetail: "length"), answer);
    }

    [Theory]
    [InlineData("""{"content":[{"type":"text","text":"Rating: "},{"type":"text","text":"2"}]}""", "\"stop\"", "Rating: 2", "stop")]
    [InlineData("""{"content":null,"refusal":"I cannot."}""", "\"content_filter\"", "I cannot.", "content_filter")]
    [InlineData("""{"content":[{"type":"refusal","refusal":"No."}]}""", "null", "No.", null)]
    [InlineData("""{"content":null,"tool_calls":[]}""", "\"tool_calls\"", "", "tool_use")]
    [InlineData("{}", "\"eos\"", "", "eos")]
    public async Task Reads_every_shape_of_message(string message, string finish, string text, string? finishReason)
    {
        await using var server = new RawServer(RawServer.Response(200, $$"""{"choices":[{"message":{{message}},"finish_reason":{{finish}}}]}"""));

        var answer = Samples.AnswerOf(await Samples.AskOpenAIAsync(server));

        Assert.Equal(text, answer.Text);
        Assert.Equal(finishReason, answer.FinishReason);
        Assert.Null(answer.Usage);
    }

    [Theory]
    [InlineData("gpt-4.1-mini", "max_tokens")]
    [InlineData("gpt-5-nano", "max_completion_tokens")]
    [InlineData("o1", "max_completion_tokens")]
    [InlineData("o3-mini", "max_completion_tokens")]
    [InlineData("o4-mini", "max_completion_tokens")]
    [InlineData("local-7b", "max_tokens")]
    public async Task Sends_what_was_asked_and_nothing_else(string model, string tokensName)
    {
        await using var server = new RawServer(RawServer.Response(200, Completion));
        var request = Samples.Request(model, "say \"hé\" \ud83d\ude00 and a torn \ud83d", id: "run|ü|1~1", maxTokens: 77);

        Samples.AnswerOf(await Samples.AskOpenAIAsync(server, request));
        var parts = server.LastRequest.Split("\r\n\r\n", 2);
        using var body = JsonDocument.Parse(parts[1]);

        Assert.StartsWith("POST /v1/chat/completions HTTP/1.1", parts[0], StringComparison.Ordinal);
        Assert.Contains($"Authorization: Bearer {Samples.Key}", parts[0], StringComparison.Ordinal);
        Assert.Contains("X-Client-Request-Id: run%7C%C3%BC%7C1~1", parts[0], StringComparison.Ordinal);
        Assert.Equal(["model", "messages", "temperature", tokensName], body.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(77, body.RootElement.GetProperty(tokensName).GetInt32());
        Assert.Equal("say \"hé\" \ud83d\ude00 and a torn \ufffd", body.RootElement.GetProperty("messages")[1].GetProperty("content").GetString());
        Assert.Equal("system", body.RootElement.GetProperty("messages")[0].GetProperty("role").GetString());
    }

    [Fact]
    public async Task Leaves_out_what_was_not_given()
    {
        await using var server = new RawServer(RawServer.Response(200, Completion));
        using var provider = new OpenAIProvider(new ProviderEndpoint { Endpoint = server.BaseUrl }, TimeProvider.System);

        await provider.CompleteAsync(new ModelRequest("m", [new ChatMessage(ChatRole.User, "x")], "id~1"), CancellationToken.None);

        Assert.DoesNotContain("Authorization", server.LastRequest, StringComparison.Ordinal);
        Assert.DoesNotContain("temperature", server.LastRequest, StringComparison.Ordinal);
        Assert.DoesNotContain("max_", server.LastRequest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("low")]
    public async Task Sends_the_reasoning_effort_and_the_schema_of_the_answer(string effort)
    {
        await using var server = new RawServer(RawServer.Response(200, Completion));
        var schema = new OutputSchema("rating_v1", """{"type":"object","properties":{"rating":{"type":"number"}}}""");

        Samples.AnswerOf(await Samples.AskOpenAIAsync(server, Samples.Request() with { ReasoningEffort = effort, JsonSchema = schema }));
        using var body = JsonDocument.Parse(server.LastRequest.Split("\r\n\r\n", 2)[1]);
        var format = body.RootElement.GetProperty("response_format");

        Assert.Equal(effort, body.RootElement.GetProperty("reasoning_effort").GetString());
        Assert.Equal("json_schema", format.GetProperty("type").GetString());
        Assert.Equal("rating_v1", format.GetProperty("json_schema").GetProperty("name").GetString());
        Assert.Equal("number", format.GetProperty("json_schema").GetProperty("schema").GetProperty("properties").GetProperty("rating").GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_wrong_content_type_does_not_matter_when_the_body_is_right()
    {
        await using var server = new RawServer(RawServer.Response(200, Completion, contentType: "text/plain"));

        Assert.Equal("Rating: 4", Samples.AnswerOf(await Samples.AskOpenAIAsync(server)).Text);
    }

    [Fact]
    public async Task A_long_body_within_the_limit_is_read_whole()
    {
        var text = new string('a', 200_000);
        await using var server = new RawServer(RawServer.Response(200, Completion.Replace("Rating: 4", text, StringComparison.Ordinal)));

        Assert.Equal(text, Samples.AnswerOf(await Samples.AskOpenAIAsync(server)).Text);
    }

    [Fact]
    public async Task A_ten_megabyte_prompt_goes_through()
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions());
        using var provider = Simulated_models.Provider(server);

        var answer = Samples.AnswerOf(await provider.CompleteAsync(Samples.Request(prompt: new string('é', 5_000_000)), CancellationToken.None));

        Assert.InRange(answer.Usage!.InputTokens!.Value, 2_500_000, 2_500_100);
    }
}
