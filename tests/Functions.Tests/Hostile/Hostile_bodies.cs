using System.Net;
using System.Text;
using FunctionsEval.Functions.Tests.AbTests;
using FunctionsEval.Functions.Tests.Http;

namespace FunctionsEval.Functions.Tests.Hostile;

/// <summary>Bodies that JSON parsers let through and programs then stumble over. None is an error of the server, and each answer names the field.</summary>
public sealed class Hostile_bodies(AbTestServer server) : IClassFixture<AbTestServer>
{
    private const string Abc = """{ "name": "n", "scenarios": [{ "id": "a", "prompt": "p" }], "models": ["openai-compatible:sim-noisy"] }""";

    private ServerHost Host => server.Host;

    public static TheoryData<string, string, string, string> Bodies => new()
    {
        { "runs/{run}/rescore", """{"scorers": [{"type": "exact", "value": "\ud800"}]}""", "scorers[0].value", "must be Unicode text, but holds half of a surrogate pair." },
        { "runs/{run}/rescore", """{"scorers": [{"type": "exact", "\udfff": 1}]}""", @"scorers[0].\udfff", "half of a surrogate pair" },
        { "runs/{run}/rescore", """{"scorers": [], "scorers": []}""", "scorers", "scorers must be given once, but is given twice." },
        { "runs/{run}/rescore", "{}", "scorers", "scorers is required, but missing." },
        { "runs/{run}/rescore", """{"scorers": null}""", "scorers", "scorers must name one scorer at least" },
        { "runs/{run}/extend", """{"addModels": [null]}""", "addModels[0]", "addModels[0] must be text, but is null." },
        { "runs/{run}/extend", """{"addVariants": [null]}""", "addVariants[0]", "addVariants[0] must be an object, but is null." },
        { "runs/{run}/extend", """{"addVariants": [{"name": null, "model": "openai-compatible:a"}]}""", "addVariants[0].name", "addVariants[0].name must be text, but is null." },
        { "runs/{run}/extend", """{"addVariants": [[]]}""", "addVariants[0]", "addVariants[0] must be an object, but is []." },
        { "runs/{run}/extend", """{"addModels": ["\ud83d\u0041"]}""", "addModels[0]", "half of a surrogate pair" },
        { "runs/{run}/extend", """{"samplesPerScenario": 99999999999999999999}""", "samplesPerScenario", "must be a whole number of 32 bits, but is 99999999999999999999." },
        { "runs/{run}/extend", """{"budgetUsd": 1e400}""", "budgetUsd", "budgetUsd must be a finite number, but is 1e400." },
        { "runs/{run}/extend", """{"added": 1}""", "added", "added is not a known field. Known here are samplesPerScenario, samplePercentage, addModels, addVariants, budgetUsd." },
        { "runs/{run}/extend", """{"addVariants": [{"name": "", "model": "openai-compatible:b"}]}""", "addVariants[0].name", "addVariants[0].name must" },
        { "runs/{run}/extend", """{"addModels": ["openai-compatible:b"], "addVariants": [{"name": "c", "model": "openai-compatible:c", "temperature": 1e9}]}""", "addVariants[0].temperature", "addVariants[0].temperature must be between 0 and 2" },
        { "runs/{run}/extend", """{"addVariants": [{"name": "c", "model": "openai-compatible:c", "maxTokens": -5, "reasoningEffort": "zzz"}]}""", "addVariants[0].maxTokens", "addVariants[0].maxTokens must be between 1 and" },
        { "runs/{run}/extend", $$"""{"addModels": ["openai-compatible:{{new string('x', 1_000)}}"]}""", "addModels[0]", "addModels[0] must" },
        { "runs/{run}/extend", $$"""{"addVariants": [{"name": "c", "model": "openai-compatible:c", "preamble": "{{new string('x', 600_000)}}"}]}""", "addVariants[0].preamble", "100,000" },
        { "runs", """{"definitionId": "\ud800"}""", "definitionId", "half of a surrogate pair" },
        { "runs", """{"definition": {"name": "\ud800"}}""", "definition.name", "half of a surrogate pair" },
        { "runs", $$"""{"definition": {{Abc}}, "allowUnknownPrice": null}""", "allowUnknownPrice", "allowUnknownPrice must be true or false, but is null." },
        { "runs", $$"""{"definition": {{Abc}}, "sampleSeed": 9223372036854775808}""", "sampleSeed", "sampleSeed must be a whole number of 64 bits" },
        { "runs", $$"""{"definition": {{Abc}}, "overrides": 1}""", "overrides", "overrides is not a known field." },
        { "runs", """{"definition": {"name": "a", "name": "b"}}""", "definition.name", "definition.name must be given once, but is given twice." },
        { "runs/estimate", """{"definitionId": "\udbff"}""", "definitionId", "half of a surrogate pair" },
        { "plans", """{"effect": 1e400}""", "effect", "effect must be a finite number, but is 1e400." },
        { "plans", """{"effect": -1e400, "items": 1.5}""", "items", "items must be a whole number of 32 bits, but is 1.5." },
        { "plans", """{"effect": 0.1, "pilotRunId": "\ud800\ud800"}""", "pilotRunId", "half of a surrogate pair" },
        { "definitions", """{"name": "n", "scenarios": [{"id": "\ud800"}]}""", "scenarios[0].id", "scenarios[0].id must be Unicode text, but holds half of a surrogate pair. (line 1, column 36)" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_is_refused_with_its_field(string path, string body, string field, string message)
    {
        var answer = await Host.PostAsync(await PathAsync(path), body);

        answer.AssertProblem(HttpStatusCode.BadRequest, message, field);
        AssertNoInsides(answer);
    }

    [Theory]
    [InlineData("admin/credits", """{"reset": "\ud800"}""", "reset must be Unicode text, but holds half of a surrogate pair.")]
    [InlineData("admin/credits", """{"\ud800": "daily"}""", @"\ud800 must be Unicode text, but holds half of a surrogate pair.")]
    [InlineData("admin/credits", """{"reset": "daily", "reset": "monthly"}""", "reset must be given once, but is given twice.")]
    [InlineData("admin/run", """{"topicId": "\udc00"}""", "topicId must be Unicode text")]
    [InlineData("admin/run", """{"providerOverride": {"model": "\ud800"}}""", "providerOverride.model must be Unicode text")]
    [InlineData("admin/run", """{"\udc00": 1}""", @"\udc00 must be Unicode text")]
    [InlineData("admin/abtests", """{"topicId": "\udc00"}""", "topicId must be Unicode text")]
    [InlineData("admin/abtests", """{"variants": [{}, {"preamble": "a\ud800"}]}""", "variants[1].preamble must be Unicode text")]
    [InlineData("admin/abtests", """{"variants": [{"\ud800": 1}]}""", @"variants[0].\ud800 must be Unicode text")]
    public async Task An_admin_body_is_refused_in_the_form_of_admin_errors(string path, string body, string message)
    {
        var answer = await Host.PostAsync($"/api/{path}", body);

        Starting_ab_tests.AssertError(answer, HttpStatusCode.BadRequest, "INVALID_BODY", message);
        AssertNoInsides(answer);
    }

    [Theory]
    [InlineData("definitions")]
    [InlineData("runs")]
    [InlineData("plans")]
    [InlineData("runs/r000000000000000/extend")]
    [InlineData("admin/credits")]
    [InlineData("admin/run")]
    [InlineData("admin/abtests")]
    public async Task Bytes_that_are_not_utf8_and_nests_without_end_are_refused(string path)
    {
        byte[][] bodies =
        [
            [.. "{\"name\": \""u8, 0xFF, .. "\"}"u8],
            [.. "{\""u8, 0xC3, .. "\": 1}"u8],
            [0xFF, 0xFE, .. "{}"u8],
            Encoding.Unicode.GetBytes("{}"),
            Encoding.UTF8.GetBytes(new string('[', 100_000)),
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100)),
            "{\"a\": 1} {}"u8.ToArray(),
            "{\"a\": 1"u8.ToArray(),
            "{\"a\": NaN}"u8.ToArray(),
            [.. "{\"a\": \"\0\"}"u8],
        ];
        foreach (var body in bodies)
        {
            var answer = await Host.SendAsync("POST", $"/api/{path}", body, "application/json");

            Assert.True(answer.Status == HttpStatusCode.BadRequest, $"{answer.Status}: {answer.Text}");
            AssertNoInsides(answer);
        }
    }

    [Fact]
    public async Task A_pair_of_surrogates_and_a_byte_order_mark_are_fine()
    {
        var pair = await Host.PostAsync("/api/admin/credits", """{"reset": "\ud83d\ude00"}""");
        var marked = await Host.SendAsync("POST", "/api/admin/credits", [0xEF, 0xBB, 0xBF, .. "{\"reset\": \"daily\"}"u8], "application/json");

        Starting_ab_tests.AssertError(pair, HttpStatusCode.BadRequest, "INVALID_PARAM", "reset must be daily or monthly.");
        Assert.Equal(HttpStatusCode.OK, marked.Status);
    }

    [Theory]
    [InlineData("application/json; charset=\"utf-8\"", HttpStatusCode.Created)]
    [InlineData("application/json; charset=UTF8", HttpStatusCode.Created)]
    [InlineData("Application/JSON;charset=UTF-8", HttpStatusCode.Created)]
    [InlineData("application/vnd.definition+json", HttpStatusCode.Created)]
    [InlineData("application/yaml", HttpStatusCode.Created)]
    [InlineData("text/x-yaml; charset=utf8", HttpStatusCode.Created)]
    [InlineData("application/json; charset=utf-7", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=windows-1252", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=utf-16", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=bogus", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/yaml; charset=latin1", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain; application/json", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain; x=yaml", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("multipart/form-data; boundary=x", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json, text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("nonsense", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(null, HttpStatusCode.UnsupportedMediaType)]
    public async Task A_body_is_taken_by_its_content_type(string? contentType, HttpStatusCode status)
    {
        var answer = await Host.SendAsync("POST", "/api/definitions", Encoding.UTF8.GetBytes(Abc), contentType);

        Assert.True(status == answer.Status, $"{answer.Status}: {answer.Text}");
        if (status == HttpStatusCode.UnsupportedMediaType)
        {
            answer.AssertProblem(status, "The body must be");
        }
    }

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        using var content = new ByteArrayContent([0x1F, 0x8B]);
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await Host.Client.PostAsync(new Uri("/api/runs", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData("/api/runs?pageSize=99999999999999999999", "pageSize", "pageSize must be a whole number, but is '99999999999999999999'.")]
    [InlineData("/api/runs?pageSize=1e3", "pageSize", "pageSize must be a whole number, but is '1e3'.")]
    [InlineData("/api/runs?pageSize=", "pageSize", "pageSize must be a whole number, but is ''.")]
    [InlineData("/api/runs?pageSize=1&pageSize=2", "pageSize", "pageSize must be given once, but is given 2 times.")]
    [InlineData("/api/runs/r/cells?itemIndex=%00", "itemIndex", "itemIndex must be a whole number")]
    [InlineData("/api/runs/r/calls?sampleIndex=one", "sampleIndex", "sampleIndex must be a whole number, but is 'one'.")]
    [InlineData("/api/agent/findings?resolved=1", "resolved", "resolved must be true or false, but is '1'.")]
    [InlineData("/api/runs?%ff=1", "%ff", "is not a known parameter")]
    public async Task A_parameter_is_refused_with_its_name(string path, string field, string message)
    {
        var answer = await Host.GetAsync(path);

        answer.AssertProblem(HttpStatusCode.BadRequest, message, field);
        AssertNoInsides(answer);
    }

    [Fact]
    public async Task What_is_long_is_cut_in_an_error()
    {
        var text = new string('x', 1_000_000);
        Answer[] answers =
        [
            await Host.PostAsync("/api/plans", $$"""{"effect": "{{text}}"}"""),
            await Host.PostAsync("/api/plans", $$"""{"{{text}}": 1}"""),
            await Host.PostAsync("/api/runs", $$"""{"definitionId": "{{text}}"}"""),
            await Host.PostAsync("/api/runs", $$"""{"definition": {"{{text}}": 1} }"""),
            await Host.PostAsync("/api/definitions", $$"""{"{{text}}": "\ud800"}"""),
            await Host.PostAsync("/api/admin/abtests", $$"""{"topicId": "{{text}}"}"""),
            await Host.PostAsync("/api/admin/abtests", $$"""{"{{text}}": 1}"""),
            await Host.PostAsync("/api/admin/run", $$"""{"mode": "{{text}}"}"""),
            await Host.PostAsync("/api/admin/run", $$"""{"{{text}}": 1}"""),
            await Host.PostAsync("/api/content/import", $$"""{"kind": "item", "publishedAt": "{{text[..900_000]}}"}"""),
        ];

        Assert.All(answers, answer => Assert.InRange((int)answer.Status, 400, 404));
        Assert.All(answers, answer => Assert.InRange(answer.Text.Length, 1, 5_000));
    }

    private async Task<string> PathAsync(string path)
    {
        if (!path.Contains("{run}", StringComparison.Ordinal))
        {
            return $"/api/{path}";
        }

        var runId = await Host.StartRunAsync(Yaml.Of(scenarios: 1, samples: 1));
        await Host.PostAsync($"/api/runs/{runId}/cancel");
        return $"/api/{path.Replace("{run}", runId, StringComparison.Ordinal)}";
    }

    private static void AssertNoInsides(Answer answer) =>
        Assert.All(["FunctionsEval", "System.", "Exception", "LineNumber", "BytePosition"], word => Assert.DoesNotContain(word, answer.Text, StringComparison.Ordinal));
}
