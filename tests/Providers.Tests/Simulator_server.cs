using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FunctionsEval.Providers.Simulator;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Providers.Tests;

public sealed class Simulator_server : IDisposable
{
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("v1/chat/completions")]
    [InlineData("chat/completions")]
    public async Task Answers_with_and_without_v1(string path)
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions());

        using var response = await PostAsync(server, """{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}""", path: path);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("Rating: ", body.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal(1, body.RootElement.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Theory]
    [InlineData("not json", "parse")]
    [InlineData("[]", "object")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}]}""", "model")]
    [InlineData("""{"model":"m","messages":[]}""", "at least one")]
    [InlineData("""{"model":"m","messages":{}}""", "array")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":0}""", "max_tokens")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"stream":true}""", "stream")]
    public async Task A_bad_request_is_told_what_is_wrong(string request, string expected)
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions());

        using var response = await PostAsync(server, request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_beyond_a_number_are_held_back_until_they_are_let_go()
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions());
        server.HoldAfter(1);

        using var first = await PostAsync(server, Body("m", "x"));
        var (second, third) = (PostAsync(server, Body("m", "x")), PostAsync(server, Body("m", "x")));
        server.HoldAfter(2);
        using var next = await await Task.WhenAny(second, third);
        Assert.False(second.IsCompleted && third.IsCompleted);
        Assert.Equal(2, server.Stats().Calls);
        server.LetGo();
        var all = await Task.WhenAll(second, third);

        Assert.All(all.Append(first), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Array.ForEach(all, response => response.Dispose());
    }

    [Fact]
    public async Task Unknown_paths_are_404_and_models_are_listed()
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions());

        using var unknown = await _http.GetAsync(new Uri($"{server.BaseUrl}/nothing"));
        var models = await _http.GetStringAsync(new Uri($"{server.BaseUrl}/models"));

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Contains("sim-better", models, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_insisted_on_when_one_is_set()
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions(ApiKey: "right"));

        using var without = await PostAsync(server, Body("m", "x"));
        using var with = await PostAsync(server, Body("m", "x"), request => request.Headers.Authorization = new("Bearer", "right"));

        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
        Assert.Equal(HttpStatusCode.OK, with.StatusCode);
    }

    [Fact]
    public async Task Stats_count_calls_and_answers_per_key_and_reset_forgets_them()
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions());
        foreach (var id in (string[])["a~1", "a~2", "b~1"])
        {
            using var response = await PostAsync(server, Body("m", "x"), request => request.Headers.Add("X-Client-Request-Id", id));
        }

        var root = server.BaseUrl.GetLeftPart(UriPartial.Authority);
        var stats = await _http.GetFromJsonAsync<SimulatorStats>($"{root}/stats?keys=true");
        using var reset = await _http.PostAsync(new Uri($"{root}/reset"), null);

        Assert.Equal(3, stats!.Calls);
        Assert.Equal(3, stats.ByOutcome["200"]);
        Assert.Equal(3, stats.ByModel["m"]);
        Assert.Equal(2, stats.DistinctKeys);
        Assert.Equal(1, stats.CallsPerKey[1]);
        Assert.Equal(1, stats.AnswersPerKey[2]);
        Assert.Equal([1, 2], stats.Keys!.Select(key => key.Answers).Order());
        Assert.Equal(HttpStatusCode.NoContent, reset.StatusCode);
        Assert.Equal(0, server.Stats().Calls);
        Assert.Equal(0, server.Stats().DistinctKeys);
        Assert.Empty(server.Stats().ByModel);
    }

    [Fact]
    public async Task Without_a_request_id_each_call_is_a_new_sample()
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions());
        for (var call = 0; call < 5; call++)
        {
            using var response = await PostAsync(server, Body("m", "x"));
        }

        Assert.Equal(5, server.Stats().DistinctKeys);
    }

    [Fact]
    public async Task The_token_bucket_is_exact_and_says_when_to_come_back()
    {
        var clock = new FakeTimeProvider();
        await using var server = await SimulatorServer.StartAsync(
            new SimulatorOptions(RequestsPerSecond: 20, Burst: 3), clock, CancellationToken.None);

        var statuses = new List<int>();
        for (var call = 0; call < 5; call++)
        {
            using var response = await PostAsync(server, Body("m", "x"));
            statuses.Add((int)response.StatusCode);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Assert.Equal("1", response.Headers.GetValues("Retry-After").Single());
                Assert.Equal("50", response.Headers.GetValues("retry-after-ms").Single());
                Assert.Equal("0", response.Headers.GetValues("x-ratelimit-remaining-requests").Single());
            }
        }

        clock.Advance(TimeSpan.FromMilliseconds(100));
        for (var call = 0; call < 3; call++)
        {
            using var response = await PostAsync(server, Body("m", "x"));
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal([200, 200, 200, 429, 429, 200, 200, 429], statuses);
    }

    [Fact]
    public void A_token_bucket_admits_its_rate_over_an_hour_and_not_one_more()
    {
        var clock = new FakeTimeProvider();
        var bucket = new TokenBucket(7, 5, clock);
        var admitted = 0;
        for (var step = 0; step < 36_000; step++)
        {
            while (bucket.TryTake(out _, out _))
            {
                admitted++;
            }

            clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(admitted, 5 + (7 * 3600) - 1, 5 + (7 * 3600));
    }

    [Fact]
    public void Faults_come_at_their_rates_and_repeat_with_the_seed()
    {
        var plan = new FaultPlan(new SimulatorOptions(Fail: 0.3, HangFaults: 0.1));
        var draws = Enumerable.Range(0, 50_000).Select(key => plan.Draw((ulong)key * 7919, 1)).ToList();

        Assert.Equal(0.06, draws.Count(fault => fault == Fault.RateLimit) / 50_000.0, 0.005);
        Assert.Equal(0.06, draws.Count(fault => fault == Fault.ServerError) / 50_000.0, 0.005);
        Assert.Equal(0.16, draws.Count(fault => fault == Fault.Hang) / 50_000.0, 0.007);
        Assert.Equal(0.06, draws.Count(fault => fault == Fault.Reset) / 50_000.0, 0.005);
        Assert.Equal(0.06, draws.Count(fault => fault == Fault.Malformed) / 50_000.0, 0.005);
        Assert.Equal(draws, Enumerable.Range(0, 50_000).Select(key => plan.Draw((ulong)key * 7919, 1)));
        Assert.NotEqual(draws, Enumerable.Range(0, 50_000).Select(key => plan.Draw((ulong)key * 7919, 2)));
    }

    [Fact]
    public void Latency_is_log_normal_around_its_median()
    {
        var plan = new FaultPlan(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(200), LatencySpread: 0.5));
        var sorted = Enumerable.Range(0, 20_000).Select(key => plan.Latency((ulong)key * 104729, 1).TotalMilliseconds).Order().ToList();

        Assert.Equal(200, sorted[10_000], 4.0);
        Assert.Equal(200 * Math.Exp(0.5 * 1.6449), sorted[19_000], 20.0);
    }

    [Theory]
    [InlineData(1.2, 0, "Fail is 1.2")]
    [InlineData(0.9, 0.2, "add up to")]
    public async Task Bad_options_are_refused_by_name(double fail, double hang, string expected)
    {
        var problem = await Assert.ThrowsAsync<ArgumentException>(() => Simulated_models.StartAsync(new SimulatorOptions(Fail: fail, HangFaults: hang)));

        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
        Assert.Contains("Burst", new SimulatorOptions(Burst: 0).Validate(), StringComparison.Ordinal);
        Assert.Contains("RequestsPerSecond", new SimulatorOptions(RequestsPerSecond: 0).Validate(), StringComparison.Ordinal);
        Assert.Contains("Port", new SimulatorOptions(Port: -1).Validate(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_an_error_at_the_start()
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions());

        await Assert.ThrowsAsync<IOException>(() => Simulated_models.StartAsync(new SimulatorOptions(Port: server.Port)));
    }

    private static string Body(string model, string prompt) =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{prompt}}"}]}""";

    private async Task<HttpResponseMessage> PostAsync(
        SimulatorServer server, string body, Action<HttpRequestMessage>? change = null, string path = "v1/chat/completions")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://127.0.0.1:{server.Port}/{path}"))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        change?.Invoke(request);
        return await _http.SendAsync(request);
    }
}
