using System.Text;
using System.Text.Json.Nodes;
using FunctionsEval.Providers.Catalog;

namespace FunctionsEval.Providers.Tests;

/// <summary>topP, seed, stop, responseFormat and extra, as each vendor's own fields in the body that arrives.</summary>
public sealed class Settings_of_answers
{
    private const RequestAdaptations NoSeed = RequestAdaptations.WithoutSeed;

    private const string Schema = """{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("openai:m", null, """{"top_p":0.9,"seed":42,"stop":["END","###"],"response_format":{"type":"json_object"},"x_own":{"a":[1]}}""", RequestAdaptations.None)]
    [InlineData("azure-openai:m", null, """{"top_p":0.9,"seed":42,"stop":["END","###"],"response_format":{"type":"json_object"},"x_own":{"a":[1]}}""", RequestAdaptations.None)]
    [InlineData("xai:m", null, """{"top_p":0.9,"seed":42,"stop":["END","###"],"response_format":{"type":"json_object"},"x_own":{"a":[1]}}""", RequestAdaptations.None)]
    [InlineData("openai-compatible:m", null, """{"top_p":0.9,"seed":42,"stop":["END","###"],"response_format":{"type":"json_object"},"x_own":{"a":[1]}}""", RequestAdaptations.None)]
    [InlineData("mistral:m", null, """{"top_p":0.9,"random_seed":42,"stop":["END","###"],"response_format":{"type":"json_object"},"x_own":{"a":[1]}}""", RequestAdaptations.None)]
    [InlineData("deepseek:m", null, """{"top_p":0.9,"stop":["END","###"],"response_format":{"type":"json_object"},"x_own":{"a":[1]}}""", NoSeed)]
    [InlineData("openai:m", "low", """{"store":false,"reasoning":{"effort":"low"},"top_p":0.9,"text":{"format":{"type":"json_object"}},"x_own":{"a":[1]}}""", NoSeed | RequestAdaptations.WithoutStop)]
    [InlineData("anthropic:m", null, """{"max_tokens":8192,"top_p":0.9,"stop_sequences":["END","###"],"x_own":{"a":[1]}}""", NoSeed | RequestAdaptations.WithoutResponseFormat)]
    [InlineData("google:m", null, """{"generationConfig":{"topP":0.9,"seed":42,"stopSequences":["END","###"],"responseMimeType":"application/json"},"x_own":{"a":[1]}}""", RequestAdaptations.None)]
    public async Task Every_vendor_gets_them_in_its_own_words_and_what_it_does_not_take_is_recorded(
        string model, string? effort, string expected, RequestAdaptations leftOut)
    {
        await using var server = new RawServer(Answer(model, effort));

        var result = await CallAsync(server, model, Plain(effort) with
        {
            TopP = 0.9,
            Seed = 42,
            Stop = ["END", "###"],
            ResponseFormat = "json",
            Extra = """{"x_own":{"a":[1]}}""",
        });

        Samples.AnswerOf(result.Outcome);
        AssertSame(expected, SettingsSent(server));
        Assert.Equal(leftOut, Assert.Single(result.Attempts).Adaptations);
        Assert.Equal(Enum.GetValues<RequestAdaptations>().Count(flag => flag != RequestAdaptations.None && leftOut.HasFlag(flag)), leftOut.Warnings().Count);
    }

    [Theory]
    [InlineData("openai:m", null, "{}")]
    [InlineData("openai:m", "low", """{"store":false,"reasoning":{"effort":"low"}}""")]
    [InlineData("anthropic:m", null, """{"max_tokens":8192}""")]
    [InlineData("google:m", null, """{"generationConfig":{}}""")]
    public async Task What_is_not_asked_for_is_neither_sent_nor_recorded(string model, string? effort, string expected)
    {
        await using var server = new RawServer(Answer(model, effort));

        var result = await CallAsync(server, model, Plain(effort) with { Stop = [], ResponseFormat = "text" });

        AssertSame(expected, SettingsSent(server));
        Assert.Equal(RequestAdaptations.None, Assert.Single(result.Attempts).Adaptations);
    }

    [Theory]
    [InlineData("mistral:m", null, Schema, """{"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}}""")]
    [InlineData("openai:m", "low", Schema, """{"store":false,"reasoning":{"effort":"low"},"text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"}}}}""")]
    [InlineData("anthropic:m", null, """{"type":"json_schema","schema":{}}""", """{"max_tokens":8192,"output_config":{"format":{"type":"json_schema","schema":{}}}}""")]
    [InlineData("google:m", null, """{"type":"OBJECT"}""", """{"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"OBJECT"}}}""")]
    [InlineData("google:m", null, """{"responseMimeType":"text/x.enum"}""", """{"generationConfig":{"responseMimeType":"text/x.enum"}}""")]
    public async Task A_format_in_the_vendors_words_stands_in_its_place(string model, string? effort, string format, string expected)
    {
        await using var server = new RawServer(Answer(model, effort));

        var result = await CallAsync(server, model, Plain(effort) with { ResponseFormat = format });

        AssertSame(expected, SettingsSent(server));
        Assert.Equal(RequestAdaptations.None, Assert.Single(result.Attempts).Adaptations);
    }

    [Theory]
    [InlineData("openai:m", "low", """{"reasoning":{"summary":"auto"}}""", """{"store":false,"reasoning":{"effort":"low","summary":"auto"}}""")]
    [InlineData("google:m", null, """{"generationConfig":{"topK":40},"safetySettings":[]}""", """{"generationConfig":{"topK":40},"safetySettings":[]}""")]
    [InlineData("xai:m", null, """{"stream":false,"note":"é \"quoted\""}""", """{"stream":false,"note":"é \"quoted\""}""")]
    public async Task Extra_fields_join_the_objects_that_are_there(string model, string? effort, string extra, string expected)
    {
        await using var server = new RawServer(Answer(model, effort));

        await CallAsync(server, model, Plain(effort) with { Extra = extra });

        AssertSame(expected, SettingsSent(server));
    }

    [Theory]
    [InlineData("openai:m", null, """{"temperature":0.1}""", "extra.temperature")]
    [InlineData("openai:m", null, """{"model":"dearer"}""", "extra.model")]
    [InlineData("openai:m", "low", """{"reasoning":{"effort":"high"}}""", "extra.reasoning.effort")]
    [InlineData("anthropic:m", null, """{"max_tokens":1}""", "extra.max_tokens")]
    [InlineData("google:m", null, """{"generationConfig":{"temperature":0.1}}""", "extra.generationConfig.temperature")]
    [InlineData("google:m", null, """{"generationConfig":1}""", "extra.generationConfig")]
    [InlineData("mistral:m", null, """{"stream":true}""", "extra.stream")]
    [InlineData("mistral:m", null, """{"n":1,"n":2}""", "extra must be a JSON object")]
    [InlineData("mistral:m", null, "[1]", "extra must be a JSON object")]
    [InlineData("mistral:m", null, "{", "extra must be a JSON object")]
    public async Task Extra_fields_that_contradict_the_request_are_an_error_and_nothing_is_sent(string model, string? effort, string extra, string named)
    {
        await using var server = new RawServer(Answer(model, effort));

        var result = await CallAsync(server, model, Plain(effort) with { Temperature = 0.7, Extra = extra });

        var failure = Samples.FailureOf(result.Outcome);
        Assert.Equal((ModelErrorCode.ValidationError, true, false), (failure.Code, failure.IsUnsent, failure.IsExhausted));
        Assert.StartsWith(named, failure.Message, StringComparison.Ordinal);
        Assert.Single(result.Attempts);
        Assert.Equal("", server.LastRequest);
    }

    [Theory]
    [InlineData("yaml")]
    [InlineData("[1]")]
    public async Task A_response_format_that_is_none_is_an_error_and_nothing_is_sent(string format)
    {
        await using var server = new RawServer(Answer("google:m", null));

        var failure = Samples.FailureOf((await CallAsync(server, "google:m", Plain(null) with { ResponseFormat = format })).Outcome);

        Assert.Equal(ModelErrorCode.ValidationError, failure.Code);
        Assert.Contains("responseFormat must be", failure.Message, StringComparison.Ordinal);
        Assert.Equal("", server.LastRequest);
    }

    [Theory]
    [InlineData("openai:m", "stop", RequestAdaptations.WithoutStop)]
    [InlineData("openai:m", "top_p", RequestAdaptations.WithoutTopP)]
    [InlineData("openai:m", "seed", RequestAdaptations.WithoutSeed)]
    [InlineData("mistral:m", "random_seed", RequestAdaptations.WithoutSeed)]
    public async Task What_a_model_refuses_is_left_out_and_recorded(string model, string parameter, RequestAdaptations expected)
    {
        var refusal = RawServer.Response(400, $$$"""{"error":{"message":"Unsupported parameter: '{{{parameter}}}' is not supported with this model.","param":"{{{parameter}}}"}}""");
        RawServer? server = null;
        await using var running = server = new RawServer(async (socket, token) => await socket.SendAsync(
            Encoding.UTF8.GetBytes(server!.LastRequest.Contains($"\"{parameter}\":", StringComparison.Ordinal) ? refusal : Answer(model, null)), token));

        var result = await CallAsync(server, model, Plain(null) with { TopP = 0.9, Seed = 42, Stop = ["END"] });

        Samples.AnswerOf(result.Outcome);
        Assert.Equal([RequestAdaptations.None, expected], result.Attempts.Select(attempt => attempt.Adaptations));
        Assert.Single(expected.Warnings());
    }

    [Fact]
    public async Task What_one_api_of_a_model_has_no_field_for_is_still_sent_by_the_other()
    {
        const string Refusal = """{"error":{"message":"Unsupported parameter: 'temperature' is not supported with this model.","param":"temperature"}}""";
        RawServer? server = null;
        await using var running = server = new RawServer(async (socket, token) => await socket.SendAsync(
            Encoding.UTF8.GetBytes(server!.LastRequest switch
            {
                var request when request.Contains("\"temperature\":", StringComparison.Ordinal) => RawServer.Response(400, Refusal),
                var request => Answer("openai:m", request.StartsWith("POST /v1/responses", StringComparison.Ordinal) ? "low" : null),
            }),
            token));
        using var catalog = Catalog(server);
        var caller = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve("openai:m")).Caller;
        var request = Plain("low") with { Temperature = 0.5, Seed = 42 };

        var thinking = await caller.CallAsync(request, null, Cancel);
        var plain = await caller.CallAsync(request with { ReasoningEffort = null }, null, Cancel);

        Assert.Equal([NoSeed, NoSeed | RequestAdaptations.WithoutTemperature], thinking.Attempts.Select(attempt => attempt.Adaptations));
        Assert.Equal(RequestAdaptations.WithoutTemperature, Assert.Single(plain.Attempts).Adaptations);
        AssertSame("""{"seed":42}""", SettingsSent(server));
    }

    private static ModelRequest Plain(string? effort) => new("m", [new ChatMessage(ChatRole.User, "x")], "c1", ReasoningEffort: effort);

    private static async Task<ModelCallResult> CallAsync(RawServer server, string model, ModelRequest request)
    {
        using var catalog = Catalog(server);
        return await Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve(model)).Caller.CallAsync(request, null, Cancel);
    }

    private static ProviderCatalog Catalog(RawServer server) => new(Samples.SettingsOfAll(server.BaseUrl), TimeProvider.System, new Random(1));

    private static string Answer(string model, string? effort) => RawServer.Response(200, (model, effort) switch
    {
        ("google:m", _) => """{"candidates":[{"content":{"parts":[{"text":"4"}]},"finishReason":"STOP"}]}""",
        ("anthropic:m", _) => """{"type":"message","content":[{"type":"text","text":"4"}],"stop_reason":"end_turn"}""",
        (_, not null) => """{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"4"}]}]}""",
        _ => """{"choices":[{"message":{"content":"4"},"finish_reason":"stop"}]}""",
    });

    /// <summary>The body that arrived, without the model and the conversation.</summary>
    private static JsonObject SettingsSent(RawServer server)
    {
        var body = JsonNode.Parse(server.LastRequest.Split("\r\n\r\n", 2)[1])!.AsObject();
        foreach (var name in new[] { "model", "messages", "input", "contents" })
        {
            body.Remove(name);
        }

        return body;
    }

    private static void AssertSame(string expected, JsonObject actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"expected {expected}, but sent {actual.ToJsonString()}");
}
