using System.Text.Json;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FunctionsEval.Functions.Tests.Telemetry;

/// <summary>The names by which the alerts and the workbook in infra/ find what the program sends; Watching_the_cloud holds that they ask for no others.</summary>
public sealed class Sending_to_Application_Insights
{
    private const string Secret = "a-secret-of-this-test";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Logs_spans_and_metrics_have_the_names_that_alerts_and_workbook_ask_for()
    {
        await using var insights = await IngestionEndpoint.StartAsync(Cancel);
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(FailAfter: 5, FailAfterStatus: 422));
        await using var program = await ServingProgram.StartAsync(bench, Secret, insights.Environment);

        // Of the first ten calls half are refused as invalid, and then the limit of calls ends the run early, with a reason.
        var runId = await program.RunAsync(Yaml.Of(
            scenarios: 20, samples: 1, models: ["sim-noisy", "sim-steady"], more: "stopping: { lookEvery: 5, maxCalls: 5 }\n"));
        await program.StopAsync();

        // Each score is an event of its cell's span, which arrives as a message too.
        var messages = insights.Of("MessageData").Select(Properties).ToLookup(line => line.ContainsKey("gen_ai.evaluation.name"));
        Assert.Equal(5, messages[true].Count());
        var logs = messages[false].ToList();
        var ended = Assert.Single(logs, line => line["CategoryName"].EndsWith(".CompleteRun", StringComparison.Ordinal));
        Assert.Equal((runId, "Completed", "10 calls were sent, and stopping.maxCalls is 5."), (ended["RunId"], ended["Status"], ended["Reason"]));
        var failed = logs.Where(line => line["CategoryName"].EndsWith(".EvaluateCell", StringComparison.Ordinal)).ToList();
        Assert.Equal(5, failed.Count);
        Assert.All(failed, line => Assert.Equal((runId, "VALIDATION_ERROR"), (line["RunId"], line["Code"])));

        var cells = insights.Of("RemoteDependencyData").Where(span => Name(span) == "evaluate_cell").ToList();
        Assert.Equal(10, cells.Count);
        Assert.All(cells, cell => Assert.Matches(@"^\d", cell.GetProperty("duration").GetString()!));
        Assert.Contains(insights.Of("RequestData"), request =>
            (Name(request), request.GetProperty("responseCode").GetString(), request.GetProperty("success").GetBoolean()) == ("POST /api/runs", "202", true));

        AssertSum(insights, "functionseval.cells", ("functionseval.outcome", "scored"), 5);
        AssertSum(insights, "functionseval.cells", ("functionseval.outcome", "failed"), 5);
        AssertSum(insights, "gen_ai.client.operation.duration", ("gen_ai.request.model", "sim-noisy"), atLeast: 0, counted: 5);
        AssertSum(insights, "gen_ai.client.token.usage", ("gen_ai.token.type", "output"), atLeast: 1, counted: 5);
        Assert.DoesNotContain(Secret, insights.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_sends_what_is_left_before_it_ends()
    {
        await using var insights = await IngestionEndpoint.StartAsync(Cancel);
        await using var bench = await Workbench.CreateAsync();
        await using var program = TestKit.ProgramProcess.Start(bench.RunArguments(Yaml.Of(scenarios: 2, samples: 2)), insights.Environment);

        var (exitCode, _, error) = await program.EndAsync();

        Assert.True(exitCode == 0, error);
        Assert.Equal(4, insights.Of("RemoteDependencyData").Count(span => Name(span) == "evaluate_cell"));
        AssertSum(insights, "functionseval.cells", ("functionseval.outcome", "scored"), 4);
    }

    [Theory]
    [InlineData("1b4e28ba-2fa1-11d2-883f-0016d3cca427", typeof(ManagedIdentityCredential))]
    [InlineData(null, null)]
    public async Task The_identity_of_the_app_sends_where_there_is_one(string? clientId, Type? credential)
    {
        var settings = new TelemetrySettings(null, $"InstrumentationKey={Guid.Empty};IngestionEndpoint=https://localhost/", clientId);

        await using var parts = new ServiceCollection().AddTelemetry(settings).BuildServiceProvider();

        var options = parts.GetRequiredService<IOptions<AzureMonitorExporterOptions>>().Value;
        Assert.Equal((credential, settings.ApplicationInsights), (options.Credential?.GetType(), options.ConnectionString));
        Assert.Equal((null, 1f), (options.TracesPerSecond, options.SamplingRatio));
    }

    private static void AssertSum(IngestionEndpoint insights, string metric, (string Name, string Value) attribute, double atLeast, int? counted = null)
    {
        var points = insights.Of("MetricData")
            .Where(item => Properties(item).GetValueOrDefault(attribute.Name) == attribute.Value)
            .Select(item => item.GetProperty("metrics")[0])
            .Where(point => Name(point) == metric)
            .ToList();

        Assert.True(points.Sum(point => point.GetProperty("value").GetDouble()) >= atLeast, $"{metric} of {attribute}: {string.Join(' ', points)}");
        if (counted is { } count)
        {
            Assert.Equal(count, points.Sum(point => point.GetProperty("count").GetInt32()));
        }
    }

    private static string? Name(JsonElement item) => item.GetProperty("name").GetString();

    private static Dictionary<string, string> Properties(JsonElement item) => item.TryGetProperty("properties", out var properties)
        ? properties.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.GetString()!, StringComparer.Ordinal)
        : [];
}
