using System.Net;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json.Nodes;
using FunctionsEval.Local;
using FunctionsEval.TestKit;
using Microsoft.AspNetCore.Routing;

namespace FunctionsEval.Functions.Tests.FunctionsHost;

/// <summary>What the published folder tells the Functions host.</summary>
public sealed class Describing_functions : IAsyncLifetime
{
    private string _folder = "";
    private IReadOnlyList<JsonNode> _functions = [];
    private JsonNode _settings = new JsonObject();

    public async ValueTask InitializeAsync()
    {
        _folder = await PublishedFunctions.EnsureAsync(TestContext.Current.CancellationToken);
        _functions = [.. JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "functions.metadata")))!.AsArray().Select(function => function!)];
        _settings = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "host.json")))!;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void Every_function_has_its_trigger_its_bindings_and_its_level() => Assert.Equal(
        [
            "Admin: httpTrigger admin/{*path} Admin, http",
            "Agent: httpTrigger agent/{*path} Function, http",
            "AllocateSamples: activityTrigger",
            "AnalyzeRun: activityTrigger",
            "Compare: httpTrigger compare/{*path} Function, http",
            "CompleteRun: activityTrigger",
            "Content: httpTrigger content/{*path} Function, http",
            "Datasets: httpTrigger datasets/{*path} Function, http",
            "Definitions: httpTrigger definitions/{*path} Function, http",
            "Digests: httpTrigger digests/{*path} Function, http",
            "Docs: httpTrigger docs Anonymous, http",
            "EvaluateBlock: orchestrationTrigger",
            "EvaluateCell: activityTrigger",
            "Health: httpTrigger health/{*path} Anonymous, http",
            "InterimLook: activityTrigger",
            "JudgeBlock: orchestrationTrigger",
            "JudgePair: activityTrigger",
            "Mcp: httpTrigger mcp/{*path} Function, http",
            "OpenApi: httpTrigger openapi.json Function, http",
            "Pages: httpTrigger pages/{*path} Anonymous, http",
            "PipelineQueue: queueTrigger pipeline AzureWebJobsStorage, durableClient",
            "Plans: httpTrigger plans/{*path} Function, http",
            "PrepareRun: activityTrigger",
            "ReadAllocation: activityTrigger",
            "Review: timerTrigger 0 7/15 * * * *",
            "RunOrchestration: orchestrationTrigger",
            "Runs: httpTrigger runs/{*path} Function, http",
            "ScoreRunAgain: activityTrigger",
            "Settings: httpTrigger settings/{*path} Function, http",
            "Watchdog: timerTrigger 0 */5 * * * *, durableClient",
        ],
        _functions.Select(function => $"{function["name"]}: {string.Join(", ", Bindings(function).Select(Described))}").Order(StringComparer.Ordinal));

    /// <summary>The host tries HTTP functions in the order of their names and takes the first whose route matches.</summary>
    [Fact]
    public async Task Every_path_of_the_api_belongs_to_one_http_function()
    {
        var roots = _functions.SelectMany(Bindings).Where(binding => (string)binding["type"]! == "httpTrigger").Select(binding => ((string)binding["route"]!).Split('/')[0]).ToList();
        using var folder = new TemporaryFolder();
        var (program, web) = LocalProgram.OpenServer(new Settings(_ => null, folder.Path), new IPEndPoint(IPAddress.Loopback, 0), _ => { });
        await using var _ = program;
        var paths = ((IEndpointRouteBuilder)web).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.RoutePattern.RawText!.Trim('/').Split('/')).Where(path => path[0] == "api").Select(path => path[1]);

        Assert.All(roots, root => Assert.DoesNotContain('{', root));
        Assert.Equal(roots.Count, roots.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(roots.Order(StringComparer.Ordinal), paths.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    /// <summary>A host that was killed gives back what it worked on after this time; the extension's own five minutes are a long pause of a run.</summary>
    [Fact]
    public void Work_of_a_host_that_is_gone_is_given_back_after_a_minute()
    {
        var storage = _settings["extensions"]!["durableTask"]!["storageProvider"]!;

        Assert.Equal("00:01:00", (string)storage["controlQueueVisibilityTimeout"]!);
        Assert.Equal("00:01:00", (string)storage["workItemQueueVisibilityTimeout"]!);
        Assert.Equal("base64", (string)_settings["extensions"]!["queues"]!["messageEncoding"]!);
        Assert.DoesNotContain(_settings.AsObject(), setting => setting.Key is "customHandler" or "extensionBundle");
    }

    /// <summary>The extensions ignore a setting that they do not know, so a misspelt one would have no effect.</summary>
    [Theory]
    [InlineData("durableTask", "DurableTask", "DurableTaskOptions")]
    [InlineData("durableTask/storageProvider", "DurableTask", "AzureStorageOptions")]
    [InlineData("durableTask/tracing", "DurableTask", "TraceOptions")]
    public void Settings_of_host_json_are_options_of_the_extensions(string path, string extension, string options)
    {
        var section = path.Split('/').Aggregate(_settings["extensions"]!, (node, name) => node[name]!).AsObject();
        var known = PropertiesOf(Path.Combine(_folder, ".azurefunctions", $"Microsoft.Azure.WebJobs.Extensions.{extension}.dll"), options);

        // The kind of a storage provider is read before its options.
        Assert.All(section.Where(setting => setting.Key != "type"), setting => Assert.Contains(setting.Key, known, StringComparer.OrdinalIgnoreCase));
    }

    private static IEnumerable<JsonNode> Bindings(JsonNode function) => function["bindings"]!.AsArray().Select(binding => binding!);

    private static string Described(JsonNode binding) => string.Join(
        ' ',
        new[] { "type", "queueName", "connection", "schedule", "route", "authLevel" }.Select(property => (string?)binding[property]).Where(value => value is not null));

    private static List<string> PropertiesOf(string assembly, string type)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return
        [
            .. metadata.TypeDefinitions.Select(metadata.GetTypeDefinition)
                .Single(definition => metadata.GetString(definition.Name) == type)
                .GetProperties().Select(property => metadata.GetString(metadata.GetPropertyDefinition(property).Name)),
        ];
    }
}
