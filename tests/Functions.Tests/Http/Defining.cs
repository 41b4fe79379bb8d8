using System.Net;
using System.Text.Json;

namespace FunctionsEval.Functions.Tests.Http;

public sealed class Defining(SharedServer server) : IClassFixture<SharedServer>
{
    private const string Json = """
        { "name": "n", "scenarios": [{ "id": "a", "prompt": "p" }], "models": ["openai-compatible:sim-noisy"], "samplesPerScenario": 3 }
        """;

    private ServerHost Host => server.Host;

    [Fact]
    public async Task The_same_definition_in_yaml_and_in_json_has_one_id()
    {
        var json = await Host.PostAsync("/api/definitions", Json);
        var yaml = await Host.PostAsync(
            "/api/definitions", "name: n\nscenarios: [{ id: a, prompt: p }]\nmodels: ['openai-compatible:sim-noisy']\nsamplesPerScenario: 3", "application/yaml");
        var id = json.Json.GetProperty("definitionId").GetString();
        var found = await Host.GetAsync($"/api/definitions/{id}");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.OK), (json.Status, yaml.Status, found.Status));
        Assert.Equal(id, yaml.Json.GetProperty("definitionId").GetString());
        Assert.EndsWith($"/api/definitions/{id}", json.Location, StringComparison.Ordinal);
        Assert.Equal(json.Text, found.Text);
        Assert.Equal(("n", 1, 3), (found.Json.GetProperty("name").GetString(), found.Json.GetProperty("scenarioCount").GetInt32(), found.Json.GetProperty("samplesPerScenario").GetInt32()));
        Assert.Equal("p", found.Json.GetProperty("scenarios")[0].GetProperty("prompt").GetString());
        Assert.Equal("openai-compatible:sim-noisy", found.Json.GetProperty("variants")[0].GetProperty("model").GetString());
        Assert.Equal(0.7, found.Json.GetProperty("config").GetProperty("temperature").GetDouble());
    }

    [Fact]
    public async Task A_list_pages_to_its_end()
    {
        var added = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < 7; index++)
        {
            var answer = await Host.PostAsync("/api/definitions", Json.Replace("\"n\"", $"\"page {index}\"", StringComparison.Ordinal));
            added.Add(answer.Json.GetProperty("definitionId").GetString()!);
        }

        var listed = new List<string>();
        string? token = null;
        do
        {
            var page = await Host.GetAsync($"/api/definitions?pageSize=3{(token is null ? "" : $"&continuationToken={Uri.EscapeDataString(token)}")}");
            var definitions = page.Json.GetProperty("definitions").EnumerateArray().ToList();
            Assert.InRange(definitions.Count, 1, 3);
            Assert.All(definitions, definition => Assert.Equal(JsonValueKind.Null, definition.GetProperty("scenarios").ValueKind));
            listed.AddRange(definitions.Select(definition => definition.GetProperty("definitionId").GetString()!));
            token = page.Json.GetProperty("continuationToken").GetString();
        }
        while (token is not null);

        Assert.Equal(listed.Count, listed.Distinct().Count());
        Assert.Superset(added, listed.ToHashSet());
    }

    public static TheoryData<string, string, string> Bad => new()
    {
        { Json.Replace("3", "0", StringComparison.Ordinal), "samplesPerScenario", "samplesPerScenario must be between 1 and 100, but is 0." },
        { Json.Replace("3", "101", StringComparison.Ordinal), "samplesPerScenario", "samplesPerScenario must be between 1 and 100, but is 101." },
        { Json.Replace("3", "\"3\"", StringComparison.Ordinal), "samplesPerScenario", "samplesPerScenario" },
        { Json.Replace("3", "null", StringComparison.Ordinal).Replace("\"n\"", "null", StringComparison.Ordinal), "name", "name" },
        { Json.Replace("\"name\"", "\"nome\"", StringComparison.Ordinal), "nome", "nome" },
        { Json.Replace("[{ \"id\": \"a\", \"prompt\": \"p\" }]", "[]", StringComparison.Ordinal), "scenarios", "scenarios must list between 1 and 100,000 scenarios, but lists 0." },
        { Json.Replace("\"p\"", $"\"{new string('x', 10 * 1024 * 1024)}\"", StringComparison.Ordinal), "scenarios[0].prompt", "100,000" },
    };

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public async Task A_bad_definition_is_a_problem_that_names_field_and_rule(string body, string field, string message)
    {
        var answer = await Host.PostAsync("/api/definitions", body);

        answer.AssertProblem(HttpStatusCode.BadRequest, message, field);
        Assert.Contains("(line 1, column ", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "application/json", "The document is not valid JSON")]
    [InlineData("", "application/json", "The document is not valid JSON")]
    [InlineData("name: [", "application/yaml", "The document is not valid YAML")]
    [InlineData("name: n", "application/json", "The document is not valid JSON")]
    public async Task A_malformed_body_is_a_problem(string body, string contentType, string message)
    {
        var answer = await Host.PostAsync("/api/definitions", body, contentType);

        answer.AssertProblem(HttpStatusCode.BadRequest, message);
    }

    [Fact]
    public async Task An_unknown_definition_is_404()
    {
        (await Host.GetAsync("/api/definitions/dnone")).AssertProblem(HttpStatusCode.NotFound, "Definition 'dnone' does not exist.");
    }

    [Theory]
    [InlineData("pageSize=0", "pageSize must be between 1 and 1000, but is 0.")]
    [InlineData("pageSize=1001", "pageSize must be between 1 and 1000, but is 1001.")]
    public async Task A_page_size_out_of_range_is_a_problem(string query, string message)
    {
        (await Host.GetAsync($"/api/definitions?{query}")).AssertProblem(HttpStatusCode.BadRequest, message, "pageSize");
        (await Host.GetAsync($"/api/runs?{query}")).AssertProblem(HttpStatusCode.BadRequest, message, "pageSize");
    }

    [Theory]
    [InlineData("/api/definitions?pageSize=x", "pageSize")]
    [InlineData("/api/runs?pageSize=x", "pageSize")]
    [InlineData("/api/definitions?continuationToken=nonsense", "continuationToken")]
    [InlineData("/api/runs?continuationToken=nonsense", "continuationToken")]
    public async Task A_parameter_of_the_wrong_kind_is_a_problem(string path, string message)
    {
        (await Host.GetAsync(path)).AssertProblem(HttpStatusCode.BadRequest, message, message);
    }
}
