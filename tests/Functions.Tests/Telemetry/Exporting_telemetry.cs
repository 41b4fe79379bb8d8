using FunctionsEval.Providers.Simulator;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Telemetry;

/// <summary>What a collector gets from the program as a process of its own.</summary>
public sealed class Exporting_telemetry
{
    private const string Secret = "sk-a-secret-of-this-test";
    private const string CallersTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string CallersSpan = "00f067aa0ba902b7";

    // Every attribute that is sent, so that one more is thought about: none may hold a prompt, an answer or a key.
    private static readonly string[] Known =
    [
        "functionseval.run.id", "functionseval.cell", "functionseval.variant", "functionseval.outcome", "functionseval.status", "error.type", "http.response.status_code",
        "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.request.temperature", "gen_ai.request.max_tokens",
        "gen_ai.response.id", "gen_ai.response.model", "gen_ai.response.finish_reasons", "gen_ai.token.type",
        "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.cache_read.input_tokens",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_command_sends_its_traces_and_metrics_before_it_ends()
    {
        await using var collector = await OtlpCollector.StartAsync(Cancel);
        await using var bench = await Workbench.CreateAsync();
        await using var program = ProgramProcess.Start(bench.RunArguments(Yaml.Of(scenarios: 2, samples: 2)), collector.Environment);

        var (exitCode, _, error) = await program.EndAsync();

        Assert.True(exitCode == 0, error);
        Assert.Equal(["functionseval"], collector.Spans.Select(span => span.Service).Distinct());
        Assert.Equal((4, 4), (collector.Spans.Count(span => span.Name == "evaluate_cell"), collector.Spans.Count(span => span.Name == "chat sim-noisy")));
        (string, string, bool)[] instruments =
        [
            ("functionseval.cells", "{cell}", false),
            ("functionseval.runs", "{run}", false),
            ("gen_ai.client.operation.duration", "s", true),
            ("gen_ai.client.token.usage", "{token}", true),
        ];
        Assert.All(instruments, instrument => Assert.Contains(instrument, collector.MetricPoints.Select(point => (point.Name, point.Unit, point.IsHistogram))));
        Assert.Equal(["input", "output"], Tokens(collector).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_trace_of_a_request_reaches_every_cell_and_call_and_holds_no_prompt_no_answer_and_no_key()
    {
        await using var collector = await OtlpCollector.StartAsync(Cancel);
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(ApiKey: Secret, FailAfter: 4, FailAfterStatus: 422));
        await using var program = await ServingProgram.StartAsync(
            bench, "server-" + Secret, new Dictionary<string, string>(collector.Environment) { ["OPENAI_API_KEY"] = Secret });
        program.Client.DefaultRequestHeaders.Add("traceparent", $"00-{CallersTrace}-{CallersSpan}-01");

        // Half of the calls are refused as invalid.
        var runId = await program.RunAsync(Yaml.Of(scenarios: 4, samples: 2));
        Assert.True(program.HasLoaded("OpenTelemetry.dll"));
        await program.StopAsync();

        var trace = collector.Spans.Where(span => span.TraceId == CallersTrace).ToDictionary(span => span.SpanId, StringComparer.Ordinal);
        var requests = trace.Values.Where(span => span.Kind == 2).ToList();
        Assert.All(requests, request => Assert.Equal(CallersSpan, request.ParentId));
        Assert.Subset(
            new HashSet<string> { "POST /api/definitions", "POST /api/runs", "GET /api/runs/{runId}" }, requests.Select(request => request.Name).ToHashSet(StringComparer.Ordinal));
        Assert.Contains(requests, request => request is { Name: "POST /api/runs", Status: 0 } && request.Attributes["http.response.status_code"] == "202");
        var cells = trace.Values.Where(span => span.Name == "evaluate_cell").ToList();
        Assert.Equal(8, cells.Count);
        Assert.All(cells, cell => Assert.Equal("POST /api/runs", trace[cell.ParentId].Name));
        var calls = trace.Values.Where(span => span.Name.StartsWith("chat ", StringComparison.Ordinal)).ToList();
        Assert.Equal(8, calls.Count);
        Assert.All(calls, call => Assert.Equal((3, "evaluate_cell"), (call.Kind, trace[call.ParentId].Name)));
        var failed = calls.Where(call => call.Status == 2).ToList();
        Assert.Equal(4, failed.Count);
        Assert.All(failed, call => Assert.Equal("VALIDATION_ERROR", call.Attributes["error.type"]));

        Assert.Contains(collector.LogLines, line => line.Category.EndsWith(".CompleteRun", StringComparison.Ordinal) && line.Text.StartsWith($"Run {runId} ended: Completed", StringComparison.Ordinal));
        Assert.Equal(4, collector.LogLines.Count(line => line.Category.EndsWith(".EvaluateCell", StringComparison.Ordinal) && line.Attributes["Code"] == "VALIDATION_ERROR"));

        var ours = collector.Spans.Where(span => span.Kind != 2).SelectMany(span => span.Attributes)
            .Concat(collector.MetricPoints.Where(point => point.Name.StartsWith("gen_ai", StringComparison.Ordinal)).SelectMany(point => point.Attributes));
        Assert.Empty(ours.Select(attribute => attribute.Key).Distinct().Except(Known));
        var sent = collector.Spans.SelectMany(span => span.Attributes.Values).Concat(collector.Spans.Select(span => span.Name))
            .Concat(collector.MetricPoints.SelectMany(point => point.Attributes.Values))
            .Concat(collector.LogLines.SelectMany(line => line.Attributes.Values.Append(line.Text))).ToList();
        Assert.All([Secret, "acceptable", "one line", "Rating"], text => Assert.DoesNotContain(sent, value => value.Contains(text, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_command_sends_its_warnings_too()
    {
        await using var collector = await OtlpCollector.StartAsync(Cancel);
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(FailAfter: 1, FailAfterStatus: 422));
        await using var program = ProgramProcess.Start(bench.RunArguments(Yaml.Of(scenarios: 1, samples: 2)), collector.Environment);

        var (_, _, error) = await program.EndAsync();

        var warning = Assert.Single(collector.LogLines);
        Assert.Equal("VALIDATION_ERROR", warning.Attributes["Code"]);
        Assert.Contains(warning.Text, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_OpenTelemetry_is_loaded_where_nothing_is_sent()
    {
        await using var bench = await Workbench.CreateAsync();
        await using var program = await ServingProgram.StartAsync(bench, Secret, new Dictionary<string, string>());

        await program.RunAsync(Yaml.Of(scenarios: 1, samples: 1));

        Assert.True(program.HasLoaded("functionseval.dll"));
        Assert.False(program.HasLoaded("OpenTelemetry") || program.HasLoaded("Azure.Monitor"));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317", "OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https address, such as http://localhost:4317.")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector", "OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https address, such as http://localhost:4317.")]
    [InlineData(
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "IngestionEndpoint=https://localhost/",
        "APPLICATIONINSIGHTS_CONNECTION_STRING must be a connection string with an InstrumentationKey, as the portal shows it.")]
    public async Task A_malformed_setting_is_refused_by_name(string variable, string value, string message)
    {
        await using var bench = await Workbench.CreateAsync();
        bench.Environment[variable] = value;

        var result = await bench.RunAsync(Yaml.Of(scenarios: 1, samples: 1));

        Assert.Equal((1, $"functionseval: {message}"), (result.ExitCode, result.Error.TrimEnd()));
    }

    private static IEnumerable<string> Tokens(OtlpCollector collector) =>
        collector.MetricPoints.Where(point => point.Name == "gen_ai.client.token.usage").Select(point => point.Attributes["gen_ai.token.type"]).Distinct();
}
