using System.Collections.Concurrent;
using System.Diagnostics;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Calls;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Telemetry;

public sealed class Tracing_runs
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_cell_and_call_belongs_to_the_trace_of_the_request_that_started_the_run()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = Listen(ended);
        using var folder = new TemporaryFolder();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions(), TimeProvider.System, Cancel);
        await using var server = RunServer.Start(folder.Path, simulator);

        // The engine and the queue run already, so nothing of this activity reaches them but through the run.
        RunRecord run;
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C);
        request.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        using (request.Start())
        {
            run = await server.StartRunAsync(RunServer.Definition(scenarios: 3, samples: 2));
        }

        await server.EndAsync(run);

        Assert.Equal(request.Id, run.Calls.TraceParent);
        var spans = ended.Where(span => span.TraceId == request.TraceId).ToList();
        var cells = spans.Where(span => span.OperationName == "evaluate_cell").ToList();
        Assert.Equal(6, cells.Count);
        Assert.All(cells, cell => Assert.Equal(
            (request.SpanId, run.RunId, "scored"), (cell.ParentSpanId, cell.GetTagItem("functionseval.run.id"), cell.GetTagItem("functionseval.outcome"))));
        Assert.All(cells, cell =>
        {
            var score = Assert.Single(cell.Events);
            Assert.Equal("gen_ai.evaluation.result", score.Name);
            Assert.Equal("number", score.Tags.Single(tag => tag.Key == "gen_ai.evaluation.name").Value);
            Assert.InRange((double)score.Tags.Single(tag => tag.Key == "gen_ai.evaluation.score.value").Value!, 1, 5);
        });
        var calls = spans.Where(span => span.OperationName == "chat sim-noisy").ToList();
        Assert.Equal(cells.Select(cell => cell.SpanId.ToHexString()).Order(StringComparer.Ordinal), calls.Select(call => call.ParentSpanId.ToHexString()).Order(StringComparer.Ordinal));
        Assert.All(calls, AssertConventional);
        Assert.DoesNotContain(spans.SelectMany(span => span.TagObjects), tag => tag.Value is string text && text.Contains("acceptable", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("openai", "openai")]
    [InlineData("azure-openai", "azure.ai.openai")]
    [InlineData("anthropic", "anthropic")]
    [InlineData("google", "gcp.gemini")]
    [InlineData("xai", "x_ai")]
    [InlineData("deepseek", "deepseek")]
    [InlineData("mistral", "mistral_ai")]
    [InlineData("openai-compatible", "openai-compatible")]
    public void A_failed_call_is_an_error_with_its_type(string provider, string name)
    {
        using var listener = Listen([]);
        var request = new ModelRequest("m", [new ChatMessage(ChatRole.User, "secret")], "id", Temperature: 0.5);

        using var span = ModelTelemetry.Start(provider, request)!;
        ModelTelemetry.Record(
            span, provider, request, new ModelOutcome.Failed(new ModelFailure(ModelErrorCode.RateLimit, "Too many.", 429)), TimeSpan.FromSeconds(1));

        Assert.Equal((ActivityStatusCode.Error, "RATE_LIMIT", 429), (span.Status, span.GetTagItem("error.type"), span.GetTagItem("http.response.status_code")));
        Assert.Equal((name, 0.5), (span.GetTagItem("gen_ai.provider.name"), span.GetTagItem("gen_ai.request.temperature")));
    }

    [Fact]
    public void An_answered_call_says_which_answer_and_what_its_tokens_were()
    {
        using var listener = Listen([]);
        var request = new ModelRequest("m", [new ChatMessage(ChatRole.User, "secret")], "id");
        var answer = new ModelAnswer("secret", "stop", "m-2026", new TokenUsage(100, 50, 30, 20), "req_1", ResponseId: "chatcmpl-1");

        using var span = ModelTelemetry.Start("openai", request)!;
        ModelTelemetry.Record(span, "openai", request, new ModelOutcome.Answered(answer), TimeSpan.FromSeconds(1));

        Assert.Equal(("chatcmpl-1", "m-2026"), (span.GetTagItem("gen_ai.response.id"), span.GetTagItem("gen_ai.response.model")));
        Assert.Equal(
            (100, 50, 30, 20),
            (span.GetTagItem("gen_ai.usage.input_tokens"), span.GetTagItem("gen_ai.usage.output_tokens"),
                span.GetTagItem("gen_ai.usage.reasoning.output_tokens"), span.GetTagItem("gen_ai.usage.cache_read.input_tokens")));
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value is "secret");
    }

    [Fact]
    public void A_sampler_sees_what_is_called_before_the_call_begins()
    {
        List<string> seen = [];

        // Other tests call models at the same time.
        using var listener = Listen([], options => seen.AddRange(options.Name == "chat sampled-one" ? (options.Tags ?? []).Select(tag => $"{tag.Key}={tag.Value}") : []));

        using var span = ModelTelemetry.Start("mistral", new ModelRequest("sampled-one", [], "id"));

        Assert.Equal(["gen_ai.operation.name=chat", "gen_ai.provider.name=mistral_ai", "gen_ai.request.model=sampled-one"], seen);
    }

    [Fact]
    public async Task A_run_that_nobody_traces_keeps_nothing()
    {
        await using var bench = await Workbench.CreateAsync();

        await bench.RunAsync(Yaml.Of(scenarios: 1, samples: 1));

        Assert.Null((await bench.ReadAsync()).Run.Calls.TraceParent);
    }

    private static void AssertConventional(Activity call)
    {
        Assert.Equal(ActivityKind.Client, call.Kind);
        Assert.Equal(
            ("chat", "openai-compatible", "sim-noisy"),
            (call.GetTagItem("gen_ai.operation.name"), call.GetTagItem("gen_ai.provider.name"), call.GetTagItem("gen_ai.request.model")));
        Assert.True(call.GetTagItem("gen_ai.usage.input_tokens") is > 0);
        Assert.True(call.GetTagItem("gen_ai.usage.output_tokens") is > 0);
        Assert.Equal(["stop"], Assert.IsType<string[]>(call.GetTagItem("gen_ai.response.finish_reasons")));
    }

    private static ActivityListener Listen(ConcurrentQueue<Activity> ended, Action<ActivityCreationOptions<ActivityContext>>? sampled = null)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is RunTelemetry.Name or ModelTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
            {
                sampled?.Invoke(options);
                return ActivitySamplingResult.AllDataAndRecorded;
            },
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
