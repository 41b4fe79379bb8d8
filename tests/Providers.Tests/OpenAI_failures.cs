using System.Net.Sockets;
using System.Text;
using FunctionsEval.Providers.Calls;
using FunctionsEval.Providers.OpenAI;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Providers.Tests;

public sealed class OpenAI_failures
{
    [Theory]
    [InlineData(400, ModelErrorCode.ValidationError)]
    [InlineData(401, ModelErrorCode.AuthError)]
    [InlineData(402, ModelErrorCode.AuthError)]
    [InlineData(403, ModelErrorCode.AuthError)]
    [InlineData(404, ModelErrorCode.NotFound)]
    [InlineData(405, ModelErrorCode.Unknown)]
    [InlineData(407, ModelErrorCode.AuthError)]
    [InlineData(408, ModelErrorCode.Timeout)]
    [InlineData(409, ModelErrorCode.ServerError)]
    [InlineData(413, ModelErrorCode.ValidationError)]
    [InlineData(418, ModelErrorCode.Unknown)]
    [InlineData(422, ModelErrorCode.ValidationError)]
    [InlineData(425, ModelErrorCode.ServerError)]
    [InlineData(429, ModelErrorCode.RateLimit)]
    [InlineData(500, ModelErrorCode.ServerError)]
    [InlineData(502, ModelErrorCode.ServerError)]
    [InlineData(503, ModelErrorCode.ServerError)]
    [InlineData(529, ModelErrorCode.ServerError)]
    public async Task Maps_the_status(int status, ModelErrorCode expected)
    {
        const string Body = """{"error":{"message":"Something is wrong","type":"some_error","code":"some_code"}}""";
        await using var server = new RawServer(RawServer.Response(status, Body, "x-request-id: req_9\r\n"));

        var failure = Samples.FailureOf(await Samples.AskOpenAIAsync(server));

        var hint = status == 407 ? ", a proxy wants a user and a password" : "";
        Assert.Equal(new ModelFailure(expected, $"HTTP {status} from {server.BaseUrl}/chat/completions{hint}: Something is wrong", status, "some_code", null, "req_9"), failure);
    }

    [Theory]
    [InlineData(429, "insufficient_quota", "You exceeded your current quota.")]
    [InlineData(429, "billing_hard_limit_reached", "Stop.")]
    [InlineData(400, "invalid_request_error", "Your credit balance is too low to access the API.")]
    [InlineData(402, "x", "Payment required")]
    public async Task Exhausted_billing_is_not_tried_again(int status, string code, string message)
    {
        await using var server = new RawServer(RawServer.Response(status, $$$"""{"error":{"message":"{{{message}}}","code":"{{{code}}}"}}"""));

        var failure = Samples.FailureOf(await Samples.AskOpenAIAsync(server));

        Assert.Equal(ModelErrorCode.AuthError, failure.Code);
        Assert.False(failure.Retryable);
    }

    [Theory]
    [InlineData("Retry-After: 7", 7.0)]
    [InlineData("Retry-After: 1.5", 1.5)]
    [InlineData("Retry-After: Thu, 01 Jan 2026 00:00:30 GMT", 30.0)]
    [InlineData("Retry-After: Wed, 31 Dec 2025 00:00:30 GMT", 0.0)]
    [InlineData("Retry-After: 2\r\nretry-after-ms: 1250", 1.25)]
    [InlineData("Retry-After: -3", 0.0)]
    [InlineData("Retry-After: soon", null)]
    [InlineData("X-Other: 1", null)]
    public async Task Reads_retry_after_in_every_form(string header, double? seconds)
    {
        await using var server = new RawServer(RawServer.Response(429, "{}", header + "\r\n"));
        using var provider = Samples.OpenAI(server.BaseUrl, clock: new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));

        var failure = Samples.FailureOf(await provider.CompleteAsync(Samples.Request(), CancellationToken.None));

        Assert.Equal(seconds, failure.RetryAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData("<html><body>oops</body></html>", "text/html", ModelErrorCode.ServerError)]
    [InlineData("""{"choices":[{"message":{"content":"Ra""", "application/json", ModelErrorCode.ServerError)]
    [InlineData("", "application/json", ModelErrorCode.ServerError)]
    [InlineData("""{"choices":[]}""", "application/json", ModelErrorCode.ServerError)]
    [InlineData("""{"choices":null}""", "application/json", ModelErrorCode.ServerError)]
    [InlineData("""{"choices":"none"}""", "application/json", ModelErrorCode.InvalidResponse)]
    [InlineData("""{"choices":[{"text":"old"}]}""", "application/json", ModelErrorCode.InvalidResponse)]
    [InlineData("[1]", "application/json", ModelErrorCode.InvalidResponse)]
    [InlineData("""{"error":{"message":"busy","code":429}}""", "application/json", ModelErrorCode.RateLimit)]
    [InlineData("""{"error":{"message":"busy","code":"rate_limit_exceeded"}}""", "application/json", ModelErrorCode.RateLimit)]
    [InlineData("""{"error":{"message":"no such model","type":"not_found_error"}}""", "application/json", ModelErrorCode.NotFound)]
    [InlineData("""{"error":{"message":"no such thing"}}""", "application/json", ModelErrorCode.ServerError)]
    public async Task A_200_that_holds_no_answer_is_told_apart(string body, string contentType, ModelErrorCode expected)
    {
        await using var server = new RawServer(RawServer.Response(200, body, contentType: contentType));

        Assert.Equal(expected, Samples.FailureOf(await Samples.AskOpenAIAsync(server)).Code);
    }

    [Fact]
    public async Task An_html_page_of_a_proxy_is_not_quoted()
    {
        await using var server = new RawServer(RawServer.Response(502, "<html><h1>Bad Gateway</h1></html>", contentType: "text/html"));

        var failure = Samples.FailureOf(await Samples.AskOpenAIAsync(server));

        Assert.Equal(new ModelFailure(ModelErrorCode.ServerError, $"HTTP 502 from {server.BaseUrl}/chat/completions", 502), failure);
    }

    [Theory]
    [InlineData("<html><h1>Not Found</h1></html>", OutageKind.WrongServer)]
    [InlineData("""{"error":{"message":"The model does not exist","code":"model_not_found"}}""", OutageKind.NotFound)]
    [InlineData("", OutageKind.NotFound)]
    public async Task A_path_that_no_vendor_has_is_told_from_a_model_that_is_not_there(string body, OutageKind expected)
    {
        await using var server = new RawServer(RawServer.Response(404, body));

        Assert.Equal(expected, OutageWatch.SignOf(Samples.FailureOf(await Samples.AskOpenAIAsync(server))));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var server = new RawServer(RawServer.Response(307, "", "Location: http://127.0.0.1:1/\r\n"));

        var failure = Samples.FailureOf(await Samples.AskOpenAIAsync(server));

        Assert.Equal(ModelErrorCode.Unknown, failure.Code);
        Assert.Contains("check the base URL", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"choices\":[{\"mess")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"cho\r\n")]
    [InlineData("HTTP/1.1 200")]
    [InlineData("")]
    [InlineData("this is no HTTP at all\r\n\r\n")]
    public async Task A_response_that_breaks_off_is_a_network_error(string response)
    {
        await using var server = new RawServer(response);

        Assert.Equal(ModelErrorCode.NetworkError, Samples.FailureOf(await Samples.AskOpenAIAsync(server)).Code);
    }

    [Fact]
    public async Task A_connection_reset_amid_the_body_is_a_network_error()
    {
        await using var server = new RawServer(async (socket, token) =>
        {
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"choices\""u8.ToArray(), token);
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        });

        Assert.Equal(ModelErrorCode.NetworkError, Samples.FailureOf(await Samples.AskOpenAIAsync(server)).Code);
    }

    [Fact]
    public async Task A_refused_connection_is_a_network_error_that_names_the_server()
    {
        using var provider = Samples.OpenAI(new Uri("http://127.0.0.1:1/v1"));

        var failure = Samples.FailureOf(await provider.CompleteAsync(Samples.Request(), CancellationToken.None));

        Assert.Equal(ModelErrorCode.NetworkError, failure.Code);
        Assert.Contains("127.0.0.1:1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_not_read_to_its_end()
    {
        await using var server = new RawServer(RawServer.Response(200, new string(' ', 300_000) + """{"choices":[{"message":{"content":"Rating: 4"}}]}"""));
        using var provider = new OpenAIProvider(
            new ProviderEndpoint { Endpoint = server.BaseUrl, MaxResponseBytes = 100_000 }, TimeProvider.System);

        var failure = Samples.FailureOf(await provider.CompleteAsync(Samples.Request(), CancellationToken.None));

        Assert.Equal(ModelErrorCode.InvalidResponse, failure.Code);
        Assert.Contains("100000 bytes", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"choi")]
    public async Task Silence_before_or_amid_the_answer_is_a_timeout(string start)
    {
        var clock = new FakeTimeProvider();
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (socket, token) =>
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(start), token);
            sent.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        using var provider = Samples.OpenAI(server.BaseUrl, clock: clock, timeout: TimeSpan.FromSeconds(120));

        var call = provider.CompleteAsync(Samples.Request(), CancellationToken.None);
        await sent.Task;
        clock.Advance(TimeSpan.FromSeconds(119));
        Assert.False(call.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        var failure = Samples.FailureOf(await call);

        Assert.Equal(ModelErrorCode.Timeout, failure.Code);
        Assert.True(failure.Retryable);
        Assert.Contains("120 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_by_the_caller_throws()
    {
        using var cancel = new CancellationTokenSource();
        await using var server = new RawServer(async (_, token) =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
        });
        using var provider = Samples.OpenAI(server.BaseUrl);

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => provider.CompleteAsync(Samples.Request(), cancel.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => provider.CompleteAsync(Samples.Request(), cancel.Token));

        Assert.Equal(cancel.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task A_number_that_json_cannot_hold_is_a_validation_error()
    {
        using var provider = Samples.OpenAI(new Uri("http://127.0.0.1:1/v1"));

        var outcome = await provider.CompleteAsync(Samples.Request() with { Temperature = double.NaN }, CancellationToken.None);

        Assert.Equal(ModelErrorCode.ValidationError, Samples.FailureOf(outcome).Code);
    }

    [Fact]
    public async Task Neither_key_nor_prompt_is_ever_in_a_message()
    {
        const string Prompt = "My secret diary says that the treasure is buried under the old oak tree.";
        var body = $"Incorrect API key {Samples.Key} or sk-proj-abc***********xyz. Your input was: {Prompt} Please fix. {new string('x', 900)}";
        var bodies = new[] { $$$"""{"error":{"message":"{{{body}}}"}}""", $$"""{"error":"{{body}}"}""", $$"""{"detail":"{{body}}"}""", body };
        foreach (var status in (int[])[200, 400, 401, 429, 500])
        {
            foreach (var response in bodies)
            {
                await using var server = new RawServer(RawServer.Response(status, response));
                var failure = Samples.FailureOf(await Samples.AskOpenAIAsync(server, Samples.Request(prompt: Prompt)));

                Assert.DoesNotContain(Samples.Key, failure.ToString(), StringComparison.Ordinal);
                Assert.DoesNotContain("xyz", failure.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("treasure", failure.Message, StringComparison.Ordinal);
                Assert.InRange(failure.Message.Length, 1, SafeMessage.MaxLength);
            }
        }
    }
}
