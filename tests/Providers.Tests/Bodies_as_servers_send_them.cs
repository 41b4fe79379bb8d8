using System.IO.Compression;
using System.Text;
using FunctionsEval.Providers.Catalog;

namespace FunctionsEval.Providers.Tests;

/// <summary>Whatever bytes come, they are read as far as they can be, and nothing throws.</summary>
public sealed class Bodies_as_servers_send_them
{
    private const string Answer = """{"id":"c","choices":[{"message":{"content":"Rating: 4"},"finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":7}}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_compressed_body_is_decoded(string encoding)
    {
        using var compressed = new MemoryStream();
        await using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(compressed, CompressionMode.Compress, leaveOpen: true),
            "deflate" => new ZLibStream(compressed, CompressionMode.Compress, leaveOpen: true),
            _ => new BrotliStream(compressed, CompressionMode.Compress, leaveOpen: true),
        })
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(Answer), Cancel);
        }

        foreach (var vendor in (string[])["openai", "azure-openai"])
        {
            Assert.Equal("Rating: 4", Samples.AnswerOf(await AskAsync(compressed.ToArray(), $"Content-Encoding: {encoding}\r\n", vendor)).Text);
        }
    }

    [Fact]
    public async Task A_body_that_claims_to_be_compressed_and_is_not_is_tried_again()
    {
        var failure = Samples.FailureOf(await AskAsync(Encoding.UTF8.GetBytes(Answer), "Content-Encoding: gzip\r\n"));

        Assert.Equal((ModelErrorCode.ServerError, true), (failure.Code, failure.Retryable));
    }

    [Fact]
    public async Task A_byte_order_mark_does_not_matter()
    {
        foreach (var encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            Assert.Equal("Rating: 4", Samples.AnswerOf(await AskAsync([.. encoding.GetPreamble(), .. encoding.GetBytes(Answer)])).Text);
        }
    }

    [Theory]
    [InlineData("Rating: 4 \\ud83d", "Rating: 4 \ufffd")]
    [InlineData("\\uD83D Rating: 4", "\ufffd Rating: 4")]
    [InlineData("\\ude00\\ud83d", "\ufffd\ufffd")]
    [InlineData("\\ud83d\\ud83d\\ude00", "\ufffd\ud83d\ude00")]
    [InlineData("\\ud83d\\ude00 \\\\ud83d \\u0041\\n", "\ud83d\ude00 \\ud83d A\n")]
    [InlineData("\\ud83d\\\\ude00", "\ufffd\\ude00")]
    public async Task Half_a_surrogate_pair_becomes_a_replacement_character(string escaped, string expected)
    {
        var body = Answer.Replace("Rating: 4", escaped, StringComparison.Ordinal);

        foreach (var vendor in (string[])["openai", "mistral"])
        {
            Assert.Equal(expected, Samples.AnswerOf(await AskAsync(Encoding.UTF8.GetBytes(body), vendor: vendor)).Text);
        }
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_become_replacement_characters()
    {
        var body = Encoding.Latin1.GetBytes(Answer.Replace("Rating: 4", "caf\u00e9 4", StringComparison.Ordinal));

        Assert.Equal("caf\ufffd 4", Samples.AnswerOf(await AskAsync(body)).Text);
        var failure = Samples.FailureOf(await AskAsync(Encoding.Latin1.GetBytes("{\"error\":{\"message\":\"caf\u00e9 \\ud83d\"}}"), status: 400));
        Assert.EndsWith("caf\ufffd \ufffd", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-35")]
    [InlineData("1e300")]
    [InlineData("99999999999")]
    [InlineData("2147483647")]
    [InlineData("7.5")]
    [InlineData("\"7\"")]
    [InlineData("null")]
    [InlineData("[7]")]
    public async Task A_number_of_tokens_that_cannot_be_is_unknown(string number)
    {
        (string Vendor, string Body)[] bodies =
        [
            ("openai", """{"choices":[{"message":{"content":"4"}}],"usage":{"prompt_tokens":11,"completion_tokens":N,"total_tokens":N,"prompt_tokens_details":{"cached_tokens":N},"completion_tokens_details":{"reasoning_tokens":N}}}"""),
            ("openai|low", """{"status":"completed","output":[],"usage":{"input_tokens":11,"output_tokens":N,"output_tokens_details":{"reasoning_tokens":N},"input_tokens_details":{"cached_tokens":N}}}"""),
            ("anthropic", """{"type":"message","content":[],"usage":{"input_tokens":11,"output_tokens":N,"cache_read_input_tokens":N,"cache_creation_input_tokens":N}}"""),
            ("google", """{"candidates":[{"content":{"parts":[{"text":"4"}]}}],"usageMetadata":{"promptTokenCount":11,"candidatesTokenCount":N,"thoughtsTokenCount":N,"cachedContentTokenCount":N}}"""),
        ];
        foreach (var (vendor, body) in bodies)
        {
            var usage = Samples.AnswerOf(await AskAsync(Encoding.UTF8.GetBytes(body.Replace("N", number, StringComparison.Ordinal)), vendor: vendor)).Usage;

            Assert.Equal(new TokenUsage(11, null), usage);
        }
    }

    [Theory]
    [InlineData("7.0", 7)]
    [InlineData("0", 0)]
    [InlineData("100000000", 100_000_000)]
    public async Task Any_other_number_of_tokens_counts(string number, int expected)
    {
        var body = Answer.Replace(":7", $":{number}", StringComparison.Ordinal);

        Assert.Equal(expected, Samples.AnswerOf(await AskAsync(Encoding.UTF8.GetBytes(body))).Usage!.OutputTokens);
    }

    /// <summary>Every byte of an answer is cut away or changed, one after the other: it is an answer or a failure.</summary>
    [Fact]
    public async Task No_body_throws()
    {
        (string Vendor, string Body)[] bodies =
        [
            ("openai", """{"choices":[{"error":null,"message":{"content":[{"text":"\ud83d"}],"tool_calls":[{}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}"""),
            ("openai|low", """{"status":"completed","output":[{"type":"message","content":[{"text":"4"}]}],"usage":{"input_tokens":1}}"""),
            ("anthropic", """{"type":"message","content":[{"type":"text","text":"4"}],"stop_reason":"end_turn","usage":{"input_tokens":1}}"""),
            ("google", """{"candidates":[{"content":{"parts":[{"text":"4"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1}}"""),
            ("mistral", """{"error":{"message":"m","code":429,"details":[{"retryDelay":"1s","violations":[{"quotaId":"q"}]}]}}"""),
        ];
        var current = Array.Empty<byte>();
        var random = new Random(6);
        await using var server = new RawServer(async (socket, token) =>
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {current.Length}\r\nConnection: close\r\n\r\n"), token);
            await socket.SendAsync(current, token);
        });
        using var catalog = new ProviderCatalog(Samples.SettingsOfAll(server.BaseUrl), TimeProvider.System, new Random(1));
        foreach (var (vendor, body) in bodies)
        {
            for (var trial = 0; trial < 150; trial++)
            {
                current = Encoding.UTF8.GetBytes(body);
                current[random.Next(current.Length)] = (byte)random.Next(256);
                current = random.Next(4) == 0 ? current[..random.Next(current.Length)] : current;
                var resolved = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve($"{vendor.Split('|')[0]}:m"));

                var outcome = await resolved.Provider.CompleteAsync(
                    Samples.Request("m") with { ReasoningEffort = vendor.EndsWith("|low", StringComparison.Ordinal) ? "low" : null }, Cancel);

                Assert.True(
                    outcome is ModelOutcome.Answered or ModelOutcome.Failed { Failure.Code: not (ModelErrorCode.Unknown or ModelErrorCode.ValidationError) },
                    $"{outcome} for {Encoding.Latin1.GetString(current)}");
            }
        }
    }

    private static async Task<ModelOutcome> AskAsync(byte[] body, string headers = "", string vendor = "openai", int status = 200)
    {
        await using var server = new RawServer(async (socket, token) =>
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} OK\r\n{headers}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n"), token);
            await socket.SendAsync(body, token);
        });
        using var catalog = new ProviderCatalog(Samples.SettingsOfAll(server.BaseUrl), TimeProvider.System, new Random(1));
        var resolved = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve($"{vendor.Split('|')[0]}:m"));
        return await resolved.Provider.CompleteAsync(
            Samples.Request("m") with { ReasoningEffort = vendor.EndsWith("|low", StringComparison.Ordinal) ? "low" : null }, Cancel);
    }
}
