using System.Net;
using System.Text.Json;
using FunctionsEval.Http.OpenApi;
using FunctionsEval.Local;
using FunctionsEval.TestKit;
using Microsoft.AspNetCore.Routing;

namespace FunctionsEval.Functions.Tests.Http;

/// <summary>GET /api/openapi.json, for programs that write clients.</summary>
public sealed class Describing_the_api(SharedServer server) : IClassFixture<SharedServer>
{
    [Fact]
    public async Task Every_route_is_described_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var (program, web) = LocalProgram.OpenServer(new Settings(_ => null, folder.Path), new IPEndPoint(IPAddress.Loopback, 0), _ => { });
        await using var _ = program;
        var mapped = ((IEndpointRouteBuilder)web).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => ApiDocument.IsDescribed(endpoint.RoutePattern.RawText))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Where(method => method != "HEAD").Select(method => $"{method} {PathOf(endpoint.RoutePattern.RawText!)}"));

        var described = (await OperationsAsync()).Select(operation => operation.Key);

        Assert.Equal(mapped.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_operation_has_a_name_a_summary_a_tag_a_success_and_an_error()
    {
        var operations = await OperationsAsync();

        Assert.All(operations, entry =>
        {
            var (name, operation) = entry;
            Assert.True(operation.TryGetProperty("summary", out var summary) && summary.GetString() is { Length: > 0 }, name);
            Assert.Equal(name.Split('/')[2], Assert.Single(operation.GetProperty("tags").EnumerateArray()).GetString());
            var responses = operation.GetProperty("responses").EnumerateObject().ToList();
            Assert.Contains(responses, response => response.Name.StartsWith('2'));
            var errors = responses.Where(response => response.Name[0] is '4' or '5').ToList();
            Assert.NotEmpty(errors);
            Assert.All(errors, error => Assert.EndsWith("json", Assert.Single(error.Value.GetProperty("content").EnumerateObject()).Name, StringComparison.Ordinal));
        });
        Assert.Equal(operations.Count, operations.Values.Select(operation => operation.GetProperty("operationId").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Bodies_and_parameters_are_those_of_the_endpoints()
    {
        var operations = await OperationsAsync();

        var start = operations["POST /api/runs"].GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
        Assert.Equal("#/components/schemas/StartRunRequest", start.GetProperty("schema").GetProperty("$ref").GetString());
        Assert.Equal(10, start.GetProperty("example").GetProperty("samplesPerScenario").GetInt32());
        Assert.Equal(
            ["application/json", "application/yaml"],
            operations["POST /api/definitions"].GetProperty("requestBody").GetProperty("content").EnumerateObject().Select(type => type.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["continuationToken", "kind", "name", "pageSize", "status", "tag"],
            operations["GET /api/runs"].GetProperty("parameters").EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
        Assert.False(operations["POST /api/runs/{runId}/pause"].TryGetProperty("requestBody", out _));
    }

    [Fact]
    public async Task Every_JSON_body_has_an_example()
    {
        var without = (await OperationsAsync())
            .Where(entry => entry.Value.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out var json) && !json.TryGetProperty("example", out _))
            .Select(entry => entry.Key);

        Assert.Empty(without);
    }

    /// <summary>A client that knows nothing but the document: paths, methods and media types of the main flow come from it.</summary>
    [Fact]
    public async Task A_client_that_reads_the_document_runs_the_main_flow()
    {
        var operations = (await OperationsAsync()).ToDictionary(entry => entry.Value.GetProperty("operationId").GetString()!, entry => entry, StringComparer.Ordinal);

        var runId = "";
        var definition = await CallAsync("addDefinition", Yaml.Of(), "application/yaml");
        var run = await CallAsync("startRun", JsonSerializer.Serialize(new { definitionId = definition.GetProperty("definitionId").GetString(), samplesPerScenario = 3 }), "application/json");
        runId = run.GetProperty("runId").GetString()!;
        await server.Host.UntilAsync(runId, "completed");
        var analysis = await CallAsync("getAnalysis", null, null);
        var cells = await CallAsync("listCells", null, null);

        Assert.Equal(9, analysis.GetProperty("perModel")[0].GetProperty("sampleCount").GetInt32());
        Assert.Equal(9, cells.GetProperty("cells").GetArrayLength());

        async Task<JsonElement> CallAsync(string id, string? body, string? contentType)
        {
            var (key, operation) = operations[id];
            var (method, path) = (key.Split(' ')[0], key.Split(' ')[1]);
            if (contentType is not null)
            {
                Assert.True(operation.GetProperty("requestBody").GetProperty("content").TryGetProperty(contentType, out JsonElement _));
            }

            var answer = await server.Host.SendAsync(
                method, path.Replace("{runId}", runId, StringComparison.Ordinal), body is null ? null : System.Text.Encoding.UTF8.GetBytes(body), contentType);
            Assert.True(operation.GetProperty("responses").TryGetProperty($"{(int)answer.Status}", out JsonElement _), $"{id}: {answer.Status}");
            return answer.Json;
        }
    }

    [Fact]
    public async Task It_is_not_sent_again_when_it_has_not_changed()
    {
        using var first = await server.Host.Client.GetAsync(new Uri("/api/openapi.json", UriKind.Relative), TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/openapi.json", UriKind.Relative));
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var again = await server.Host.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    private async Task<Dictionary<string, JsonElement>> OperationsAsync()
    {
        var document = await server.Host.GetAsync("/api/openapi.json");
        Assert.True(document.Status == HttpStatusCode.OK, document.Text);
        return document.Json.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => ($"{operation.Name.ToUpperInvariant()} {path.Name.TrimEnd('/')}", operation.Value)))
            .ToDictionary(StringComparer.Ordinal);
    }

    // As in the document: without constraints.
    private static string PathOf(string template) => System.Text.RegularExpressions.Regex.Replace(
        template.TrimEnd('/'), @"\{(?<name>\w+)[^}]*\}", "{${name}}", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
}
