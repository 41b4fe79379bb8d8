using System.Text.Json;
using FunctionsEval.Providers.OpenAI;
using FunctionsEval.Providers.Simulator;

namespace FunctionsEval.Providers.Tests;

public sealed class Simulated_models
{
    [Fact]
    public async Task The_same_call_gives_the_same_answer_on_every_server_with_the_same_seed()
    {
        var first = await AnswersAsync(seed: 7, "sim-noisy");
        var again = await AnswersAsync(seed: 7, "sim-noisy");
        var other = await AnswersAsync(seed: 8, "sim-noisy");

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.True(first.Distinct().Count() > 1);
    }

    [Fact]
    public async Task A_retry_of_a_call_gets_the_answer_of_the_call()
    {
        await using var server = await StartAsync(new SimulatorOptions());
        using var provider = Provider(server);
        for (var sample = 0; sample < 20; sample++)
        {
            var texts = new HashSet<string>();
            for (var attempt = 1; attempt <= 3; attempt++)
            {
                var id = ClientRequestId.ForAttempt($"run|{sample}", attempt);
                texts.Add(Samples.AnswerOf(await provider.CompleteAsync(Samples.Request(id: id), CancellationToken.None)).Text);
            }

            Assert.Single(texts);
        }

        Assert.Equal(20, server.Stats().DistinctKeys);
        Assert.Equal(20, server.Stats().AnswersPerKey[3]);
    }

    [Fact]
    public async Task A_steady_model_never_varies_on_a_prompt()
    {
        var answers = await AnswersAsync(seed: 1, "sim-steady");

        Assert.Single(answers.Distinct());
    }

    [Theory]
    [InlineData("sim-better", 0.5)]
    [InlineData("sim-better-0.25", 0.25)]
    [InlineData("sim-better-1", 1.0)]
    public void A_better_model_has_exactly_the_planted_shift(string id, double shift)
    {
        var noisy = SimulatedModel.Parse("sim-noisy", 42)!;
        var better = SimulatedModel.Parse(id, 42)!;
        double sum = 0, sumBase = 0, squares = 0;
        const int Scenes = 2000, PerScene = 50;
        for (ulong scene = 0; scene < Scenes; scene++)
        {
            sumBase += noisy.Base(scene) * PerScene;
            for (ulong sample = 0; sample < PerScene; sample++)
            {
                var low = Rating(noisy, scene, sample);
                var high = Rating(better, scene, sample);
                Assert.InRange(low, 1, 5);
                Assert.InRange(high, 1, 5);
                sum += high - low;
                squares += (low - noisy.Base(scene)) * (low - noisy.Base(scene));
                sumBase -= low;
            }
        }

        // Sampling variance is 1/4 + E[f(1-f)] = 5/12, so the standard error of the difference is sqrt(2 * 5/12 / 100000) = 0.0029.
        Assert.Equal(shift, sum / (Scenes * PerScene), 0.0145);
        Assert.Equal(0, sumBase / (Scenes * PerScene), 0.0105);
        Assert.Equal(5.0 / 12, squares / (Scenes * PerScene), 0.01);
    }

    [Fact]
    public void Scenarios_differ_by_a_third_of_a_point_squared()
    {
        var model = SimulatedModel.Parse("sim-noisy", 3)!;
        var bases = Enumerable.Range(0, 20_000).Select(scene => model.Base((ulong)scene)).ToList();
        var mean = bases.Average();

        Assert.Equal(2.5, mean, 0.02);
        Assert.Equal(4.0 / 12, bases.Average(value => (value - mean) * (value - mean)), 0.01);
        Assert.InRange(bases.Min(), 1.5, 1.51);
        Assert.InRange(bases.Max(), 3.49, 3.5);
    }

    [Theory]
    [InlineData("sim-refusing-0.3", true)]
    [InlineData("sim-malformed-0.3", false)]
    public void A_share_of_answers_is_refused_or_unreadable(string id, bool isRefusal)
    {
        var model = SimulatedModel.Parse(id, 5)!;
        var answers = Enumerable.Range(0, 10_000).Select(sample => model.Answer(1, model.Key(1, (ulong)sample), json: false)).ToList();

        Assert.Equal(0.3, answers.Count(answer => !answer.Text.StartsWith("Rating: ", StringComparison.Ordinal)) / 10_000.0, 0.02);
        Assert.Equal(isRefusal, answers.Any(answer => answer.IsRefusal));
    }

    [Fact]
    public async Task A_refusal_carries_its_text_and_finish_reason()
    {
        await using var server = await StartAsync(new SimulatorOptions());
        using var provider = Provider(server);

        var answer = Samples.AnswerOf(await provider.CompleteAsync(Samples.Request("sim-refusing"), CancellationToken.None));

        Assert.Contains("can't help", answer.Text, StringComparison.Ordinal);
        Assert.Equal("content_filter", answer.FinishReason);
    }

    [Fact]
    public async Task A_prompt_that_asks_for_json_gets_json()
    {
        await using var server = await StartAsync(new SimulatorOptions());
        using var provider = Provider(server);

        var answer = Samples.AnswerOf(await provider.CompleteAsync(Samples.Request(prompt: "Rate it; answer in JSON."), CancellationToken.None));

        using var json = JsonDocument.Parse(answer.Text);
        Assert.InRange(json.RootElement.GetProperty("rating").GetInt32(), 1, 5);
    }

    [Fact]
    public async Task An_answer_longer_than_max_tokens_is_cut_and_says_so()
    {
        await using var server = await StartAsync(new SimulatorOptions());
        using var provider = Provider(server);

        var answer = Samples.AnswerOf(await provider.CompleteAsync(Samples.Request(maxTokens: 1), CancellationToken.None));

        Assert.Equal("Rati", answer.Text);
        Assert.Equal("max_tokens", answer.FinishReason);
        Assert.Equal(1, answer.Usage!.OutputTokens);
    }

    [Theory]
    [InlineData("sim-better-1.5")]
    [InlineData("sim-better-x")]
    [InlineData("sim-refusing--0.1")]
    public async Task An_amount_out_of_range_is_not_found(string model)
    {
        await using var server = await StartAsync(new SimulatorOptions());
        using var provider = Provider(server);

        var failure = Samples.FailureOf(await provider.CompleteAsync(Samples.Request(model), CancellationToken.None));

        Assert.Equal(ModelErrorCode.NotFound, failure.Code);
        Assert.Equal("model_not_found", failure.VendorCode);
        Assert.Contains("from 0 to 1", failure.Message, StringComparison.Ordinal);
    }

    internal static Task<SimulatorServer> StartAsync(SimulatorOptions options) =>
        SimulatorServer.StartAsync(options, TimeProvider.System, CancellationToken.None);

    internal static OpenAIProvider Provider(SimulatorServer server, TimeSpan? timeout = null) => new(
        new ProviderEndpoint { Endpoint = server.BaseUrl, ApiKey = Samples.Key, Timeout = timeout ?? TimeSpan.FromSeconds(30) },
        TimeProvider.System);

    private static int Rating(SimulatedModel model, ulong scene, ulong sample) =>
        model.Answer(scene, model.Key(scene, sample), json: false).Text[^1] - '0';

    private static async Task<List<string>> AnswersAsync(long seed, string model)
    {
        await using var server = await StartAsync(new SimulatorOptions(Seed: seed));
        using var provider = Provider(server);
        var answers = new List<string>();
        for (var sample = 0; sample < 30; sample++)
        {
            answers.Add(Samples.AnswerOf(await provider.CompleteAsync(Samples.Request(model, id: $"run|{sample}~1"), CancellationToken.None)).Text);
        }

        return answers;
    }
}
