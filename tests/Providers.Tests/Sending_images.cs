using System.Text.Json.Nodes;
using FunctionsEval.Providers.Catalog;

namespace FunctionsEval.Providers.Tests;

/// <summary>Images in the body that arrives, in each vendor's own form.</summary>
public sealed class Sending_images
{
    private const string File = "data:image/png;base64,AQID";

    private static readonly ChatImage Content = new(null, "image/png", new byte[] { 1, 2, 3 }, 10, 10);
    private static readonly ChatImage Url = new("https://e.org/c.png?a=1&b=2");

    [Theory]
    [InlineData("openai:m", null)]
    [InlineData("azure-openai:m", null)]
    [InlineData("xai:m", null)]
    [InlineData("mistral:m", null)]
    [InlineData("openai-compatible:m", null)]
    public async Task Chat_completions_take_urls_of_either_kind(string model, string? effort) => AssertSame(
        $$$"""[{"role":"user","content":[{"type":"image_url","image_url":{"url":"{{{File}}}"}},{"type":"image_url","image_url":{"url":"https://e.org/c.png?a=1&b=2"}},{"type":"text","text":"x"}]}]""",
        await SentAsync(model, effort, "messages", Content, Url));

    [Fact]
    public async Task Responses_have_parts_of_their_own() => AssertSame(
        $$"""[{"role":"user","content":[{"type":"input_image","image_url":"{{File}}"},{"type":"input_image","image_url":"https://e.org/c.png?a=1&b=2"},{"type":"input_text","text":"x"}]}]""",
        await SentAsync("openai:m", "low", "input", Content, Url));

    [Fact]
    public async Task Anthropic_takes_content_and_urls_apart() => AssertSame(
        """[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AQID"}},{"type":"image","source":{"type":"url","url":"https://e.org/c.png?a=1&b=2"}},{"type":"text","text":"x"}]}]""",
        await SentAsync("anthropic:m", null, "messages", Content, Url));

    [Fact]
    public async Task Gemini_takes_content_and_is_sent_no_url()
    {
        AssertSame("""[{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"AQID"}},{"text":"x"}]}]""", await SentAsync("google:m", null, "contents", Content));

        await using var server = new RawServer(Answer("google:m", null));
        var failure = Samples.FailureOf((await CallAsync(server, "google:m", Request(null, Url))).Outcome);

        Assert.Equal((ModelErrorCode.ValidationError, "Gemini does not load images by their URLs: give the image as a file."), (failure.Code, failure.Message));
        Assert.Equal("", server.LastRequest);
    }

    [Fact]
    public async Task A_model_that_refuses_images_says_so()
    {
        await using var server = new RawServer(RawServer.Response(400, """{"error":{"message":"Invalid content type. image_url is only supported by certain models."}}"""));

        var failure = Samples.FailureOf((await CallAsync(server, "openai-compatible:m", Request(null, Url))).Outcome);

        Assert.Contains("the request held images, which the model may not take: Invalid content type", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deepseek:deepseek-chat", false, "'deepseek:deepseek-chat' takes no images, but the definition has some")]
    [InlineData("openai:gpt-3.5-turbo", false, "'openai:gpt-3.5-turbo' takes no images, but the definition has some")]
    [InlineData("google:gemini-2.5-pro", true, "'google:gemini-2.5-pro' does not load images by their URLs: give them as files")]
    [InlineData("google:gemini-2.5-pro", false, null)]
    [InlineData("anthropic:claude-sonnet-4-5", true, null)]
    [InlineData("openai-compatible:llava", true, null)]
    public void What_is_known_of_a_vendor_is_told_before_a_call(string model, bool urls, string? problem)
    {
        var (vendor, name) = Vendor.Split(model);

        Assert.Equal(problem, vendor!.ImageProblem(name, files: !urls, urls));
        Assert.Null(vendor.ImageProblem(name, files: false, urls: false));
    }

    [Theory]
    [InlineData(0, 0, 1_600)]
    [InlineData(1, 1, 85)]
    [InlineData(640, 480, 409)]
    [InlineData(4_000, 3_000, 1_600)]
    public void An_image_counts_for_roughly_so_many_tokens(int width, int height, int tokens)
    {
        Assert.Equal(tokens, TokenEstimate.OfImage(width, height));
        Assert.Equal(
            TokenEstimate.OfConversation("openai", [new ChatMessage(ChatRole.User, "x")]) + tokens,
            TokenEstimate.OfConversation("openai", [new ChatMessage(ChatRole.User, "x", [Content with { Width = width, Height = height }])]));
    }

    private static ModelRequest Request(string? effort, params ChatImage[] images) => new("m", [new ChatMessage(ChatRole.User, "x", images)], "c1", ReasoningEffort: effort);

    private static async Task<ModelCallResult> CallAsync(RawServer server, string model, ModelRequest request)
    {
        using var catalog = new ProviderCatalog(Samples.SettingsOfAll(server.BaseUrl), TimeProvider.System, new Random(1));
        return await Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve(model)).Caller.CallAsync(request, null, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonNode> SentAsync(string model, string? effort, string field, params ChatImage[] images)
    {
        await using var server = new RawServer(Answer(model, effort));
        Samples.AnswerOf((await CallAsync(server, model, Request(effort, images))).Outcome);
        return JsonNode.Parse(server.LastRequest.Split("\r\n\r\n", 2)[1])![field]!;
    }

    private static string Answer(string model, string? effort) => RawServer.Response(200, (model, effort) switch
    {
        ("google:m", _) => """{"candidates":[{"content":{"parts":[{"text":"4"}]},"finishReason":"STOP"}]}""",
        ("anthropic:m", _) => """{"type":"message","content":[{"type":"text","text":"4"}],"stop_reason":"end_turn"}""",
        (_, not null) => """{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"4"}]}]}""",
        _ => """{"choices":[{"message":{"content":"4"},"finish_reason":"stop"}]}""",
    });

    private static void AssertSame(string expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"expected {expected}, but sent {actual.ToJsonString()}");
}
