using System.Net;
using System.Text;
using System.Text.Json;

namespace FunctionsEval.Functions.Tests.Agents;

/// <summary>What odd, broken or hostile clients send: a 4xx with field, value and rule and nothing stored, or the same back.</summary>
public sealed class Refusing_odd_reports(SharedAgentServer shared, AgentStores stores) : IClassFixture<SharedAgentServer>, IClassFixture<AgentStores>
{
    private const string Rest = "\"task_type\": \"impl\", \"model\": \"m\", \"status\": \"completed\"";

    private AgentServer Server => shared.Server;

    [Theory]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1e308}""", "duration_seconds must be between 0 and 86400, but is 1E+308.")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1e309}""", "duration_seconds must be a finite number, but is 1e309.")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": -1e-300}""", "duration_seconds must be between 0 and 86400, but is -1E-300.")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": "NaN"}""", "duration_seconds must be a finite number, but is \"NaN\".")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": "Infinity"}""", "duration_seconds must be a finite number, but is \"Infinity\".")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": NaN}""", "The body is not JSON")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": [1]}""", "duration_seconds must be a finite number, but is [1].")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1, "task_id": "other"}""", "task_id")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1, "usage": {"calls": 1, "calls": 2}}""", "calls")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1, "usage": {"input_tokens": 1e18}}""", "usage.input_tokens must be")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1, "usage": {"input_tokens": 1.5}}""", "usage.input_tokens must be a whole number of 64 bits, but is 1.5.")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1, "usage": {"cost_usd": 1e308}}""", "usage.cost_usd must be between 0 and 1000, but is 1E+308.")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1, "output_chars": 2147483648}""", "output_chars must be a whole number of 32 bits, but is 2147483648.")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1, "assignment_probability": 1.0000001}""", "assignment_probability must be above 0 and at most 1, but is 1.0000001.")]
    [InlineData("""{"task_id": "odd\u0000", REST, "duration_seconds": 1}""", "task_id must not hold control characters")]
    [InlineData("""{"task_id": "odd\u009b31m", REST, "duration_seconds": 1}""", "task_id must not hold control characters")]
    [InlineData("""{"task_id": "odd\ud800", REST, "duration_seconds": 1}""", "task_id must be Unicode text, but holds half of a")]
    [InlineData("""{"task_id": "////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////", REST, "duration_seconds": 1}""", "task_id must be shorter, for / \\ # ? % . ~ $ > [ and blanks count three times in it, but is '///")]
    [InlineData("""{"task_id": "a%2fb", REST, "duration_seconds": 1}""", "task_id must not hold %2F, which stands for / in addresses, but is 'a%2fb'.")]
    [InlineData("""{"task_id": " \u3000 ", REST, "duration_seconds": 1}""", "task_id must have 1 to 200 characters, but has 3.")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1, "executor": "a\nb"}""", "executor must not hold control characters, but is 'a b'.")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1, "error": "\u001b[2J"}""", "error must not hold control characters")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1, "created_at": "2026-05-04T12:00:00-01:00"}""", "but is 2026-05-04T13:00:00Z.")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1, "created_at": "2026-05-04T11:00:00+15:00"}""", "created_at must be a time as ISO 8601")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1, "created_at": "2026-02-30T11:00:00Z"}""", "created_at must be a time as ISO 8601")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1, "created_at": "0001-01-01T00:00:00Z"}""", "created_at must be between 2000-01-01 and now")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1, "created_at": 1777888800}""", "created_at must be a time as ISO 8601")]
    [InlineData("""[{"task_id": "odd", REST, "duration_seconds": 1}]""", "The body must be an object")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1} {}""", "The body is not JSON")]
    [InlineData("""{"task_id": "odd", REST, "duration_seconds": 1,}""", "The body is not JSON")]
    [InlineData("null", "The body must be an object")]
    [InlineData("", "The request needs a body")]
    public async Task A_report_is_refused_and_nothing_is_stored(string json, string message)
    {
        var answer = await Server.PostAsync("/api/agent/metrics", json.Replace("REST", Rest, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(message, Detail(answer), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await Server.GetAsync("/api/agent/tasks/odd")).Status);
    }

    [Fact]
    public async Task Nesting_length_and_content_types_have_limits()
    {
        var deep = await Server.PostAsync("/api/agent/tasks", $"{{\"task_id\": \"odd\", \"context\": {string.Concat(Enumerable.Repeat("{\"a\":", 100_000))}1{new string('}', 100_000)}}}");
        var wide = await Server.PostAsync("/api/agent/tasks", $"{{\"task_id\": \"odd\", \"task_type\": \"impl\", {string.Join(",", Enumerable.Range(0, 20_000).Select(index => $"\"f{index}\": 0"))}}}");
        var direction = await Server.PostAsync("/api/agent/tasks", new { task_id = "odd", task_type = "impl", direction = new string('d', 20_001) });
        var dependencies = await Server.PostAsync("/api/agent/tasks", new { task_id = "odd", task_type = "impl", depends_on = Enumerable.Range(0, 51).Select(index => $"d{index}").ToArray() });
        var batch = await Server.PostAsync("/api/agent/metrics/batch", new { metrics = Enumerable.Range(0, 1_001).Select(index => new { task_id = $"m{index}", task_type = "t", model = "m", duration_seconds = 1, status = "failed" }).ToArray() });
        var twice = await Server.PostAsync("/api/agent/metrics/batch", new { metrics = Enumerable.Range(0, 2).Select(_ => new { task_id = "odd", task_type = "t", model = "m", duration_seconds = 1, status = "failed" }).ToArray() });

        AssertRefused(deep, "nested deeper than 64 levels");
        AssertRefused(wide, "f0 is not a known field.");
        Assert.True(wide.Text.Length < 500_000, $"{wide.Text.Length}");
        AssertRefused(direction, "direction must have 0 to 20,000 characters, but has 20,001");
        AssertRefused(dependencies, "depends_on must have at most 50 entries, but has 51.");
        AssertRefused(batch, "metrics must have 1 to 1,000 entries, but has 1,001.");
        AssertRefused(twice, "metrics[1].task_id must be given once in a batch, but 'odd' is given twice.");
        foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml" })
        {
            using var content = new StringContent("{}", Encoding.UTF8, type);
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Server.SendAsync(HttpMethod.Post, "/api/agent/tasks", content)).Status);
        }

        using var bytes = new ByteArrayContent([(byte)'{', 0xFF, (byte)'}']) { Headers = { ContentType = new("application/json") } };
        Assert.Equal(HttpStatusCode.BadRequest, (await Server.SendAsync(HttpMethod.Post, "/api/agent/tasks", bytes)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Server.GetAsync("/api/agent/tasks/odd")).Status);
    }

    /// <summary>Characters that mean something in keys, addresses, paths, queries and writing directions are ordinary characters of an id.</summary>
    [Theory]
    [MemberData(nameof(AgentStores.Kinds), MemberType = typeof(AgentStores))]
    public async Task Ids_of_any_characters_come_back_as_they_were(string kind)
    {
        await using var server = await AgentServer.StartAsync(await stores.EmptyAsync(kind));
        string[] ids =
        [
            "a|b", "a/b", "a\\b", "a#b", "a?b", "a%41b", "a%b", "../etc", "..", "next", "open|x", "~x", "'; --", "a b", "a+b", "\u202Eabc", "\u05E9\u05DC\u05D5\u05DD", "\U0001F600", "e\u0301", "\u00E9", "{{x}}", "<b>",
            new string('/', 160), new string('\u4E2D', 200), string.Concat(Enumerable.Repeat("\U0001F600", 100)),
        ];
        foreach (var (index, id) in ids.Index())
        {
            await server.PostJsonAsync("/api/agent/tasks", new { task_id = id, task_type = $"t{index}", priority = 3 }, HttpStatusCode.Created);
        }

        foreach (var id in ids.Where(id => id is not ".."))
        {
            var task = await server.GetJsonAsync($"/api/agent/tasks/{Uri.EscapeDataString(id)}");
            Assert.Equal(id, task.GetProperty("task_id").GetString());
        }

        foreach (var id in ids)
        {
            await server.PostJsonAsync("/api/agent/metrics", new { task_id = id, task_type = "t", model = "m", duration_seconds = 1, status = "completed", output_chars = 4 }, HttpStatusCode.Created);
        }

        var ended = (await server.GetJsonAsync("/api/agent/tasks?ended=true&pageSize=100")).GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("task_id").GetString());
        Assert.Equal(ids.Order(StringComparer.Ordinal), ended.Order(StringComparer.Ordinal));
        Assert.Equal(ids.Length, (await server.GetJsonAsync("/api/agent/metrics")).GetProperty("success_rate").GetProperty("total").GetInt32());
        Assert.Empty((await server.PostJsonAsync("/api/agent/review", new { })).GetProperty("findings").EnumerateArray());
    }

    [Theory]
    [InlineData("2026-05-04T23:30:00+14:00", "2026-05-04T09:30:00+00:00")]
    [InlineData("2026-05-03T21:00:00-12:00", "2026-05-04T09:00:00+00:00")]
    [InlineData("2026-05-04T12:00:30Z", "2026-05-04T12:00:30+00:00")]
    [InlineData("2026-05-04T10:00:00", "2026-05-04T10:00:00+00:00")]
    [InlineData("2026-05-04T10:00:00.1234567Z", "2026-05-04T10:00:00.1234567+00:00")]
    [InlineData("2026-05-04", "2026-05-04T00:00:00+00:00")]
    public async Task Times_count_on_their_day_of_UTC_whatever_zone_they_are_told_in(string given, string stored)
    {
        await using var server = await AgentServer.StartAsync();
        await server.PostJsonAsync("/api/agent/metrics", new { task_id = "t", task_type = "t", model = "m", duration_seconds = 1, status = "completed", created_at = given }, HttpStatusCode.Created);

        var task = await server.GetJsonAsync("/api/agent/tasks/t");
        var again = await server.PostAsync("/api/agent/metrics", new { task_id = "t", task_type = "t", model = "m", duration_seconds = 1, status = "completed", created_at = stored });

        Assert.Equal(stored, task.GetProperty("ended_at").GetString());
        Assert.Equal(HttpStatusCode.OK, again.Status);
    }

    [Theory]
    [InlineData("test_results", "<!DOCTYPE t [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><testsuite>&b;</testsuite>", "no document type")]
    [InlineData("test_results", "<!DOCTYPE t SYSTEM 'file:///etc/passwd'><testsuite/>", "no document type")]
    [InlineData("coverage", "<!DOCTYPE t [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/x'>%p;]><coverage line-rate='1'/>", "no document type")]
    [InlineData("test_results", "<testsuite>&undefined;</testsuite>", "not XML")]
    [InlineData("test_results", "<testsuite><testcase/></testsuite>", "A testcase on line 1 has no name.")]
    [InlineData("test_results", "<testsuite><testcase name='a'></testsuite>", "not XML")]
    [InlineData("test_results", "<html/>", "The document must be testsuites or testsuite, but is html.")]
    [InlineData("test_results", "not xml", "not XML")]
    [InlineData("test_results", "<testsuite>\u0001</testsuite>", "not XML")]
    [InlineData("coverage", "<coverage line-rate='NaN'/>", "line-rate must be a share from 0 to 1, but is 'NaN'.")]
    [InlineData("coverage", "<coverage line-rate='1.01'/>", "line-rate must be a share from 0 to 1, but is '1.01'.")]
    [InlineData("coverage", "<coverage line-rate='0,9'/>", "line-rate must be a share from 0 to 1, but is '0,9'.")]
    [InlineData("coverage", "<coverage/>", "line-rate must be a share from 0 to 1, but is ''.")]
    [InlineData("changes", "M src/a.cs", "Line 1 must be a status and a path")]
    [InlineData("changes", "R100\tonly-one", "Line 1 must be a status and a path")]
    public async Task Broken_and_hostile_artefacts_are_refused(string kind, string content, string message) =>
        AssertRefused(await Server.PostAsync("/api/agent/artefacts", new { task_id = "odd", kind, commit = "c", content }), message);

    [Fact]
    public async Task Huge_artefacts_are_read_within_their_limits_or_refused()
    {
        string Suite(int tests) => $"\uFEFF<?xml version=\"1.0\" encoding=\"utf-16\"?><testsuite>{string.Concat(Enumerable.Range(0, tests).Select(index => $"<testcase classname=\"c\" name=\"t{index}\"/>"))}</testsuite>";
        var deep = $"<testsuite>{string.Concat(Enumerable.Repeat("<a>", 200_000))}{string.Concat(Enumerable.Repeat("</a>", 200_000))}</testsuite>";
        Task<Http.Answer> Post(string kind, string content) => Server.PostAsync("/api/agent/artefacts", new { task_id = "huge", kind, commit = "c", content });

        var many = await Post("test_results", Suite(2_000));
        AssertRefused(await Post("test_results", Suite(20_001)), "There must be at most 20,000 tests.");
        var nested = await Post("test_results", deep);
        var coverage = await Post("coverage", $"<coverage line-rate='0.5'>{string.Concat(Enumerable.Repeat("<line number='1' hits='0'/>", 100_000))}</coverage>");
        AssertRefused(await Post("coverage", $"<coverage line-rate='0.5'>{new string('x', 10_000_001)}</coverage>"), "content must have 1 to 10,000,000 characters");

        Assert.Equal("All 2000 tests passed.", Check(many));
        Assert.Equal("No test ran.", Check(nested));
        Assert.Equal("Tests run 50.0% of the lines; at least 80% are asked for.", Check(coverage));
    }

    private static string? Check(Http.Answer answer) => answer.Json.GetProperty("checks")[0].GetProperty("message").GetString();

    private static void AssertRefused(Http.Answer answer, string message)
    {
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(message, Detail(answer), StringComparison.Ordinal);
    }

    private static string Detail(Http.Answer answer) => $"{answer.Json.GetProperty("detail").GetString()} {string.Join(" ", Texts(answer.Json))}";

    private static IEnumerable<string?> Texts(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(property => Texts(property.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Texts),
        JsonValueKind.String => [json.GetString()],
        _ => [],
    };
}
