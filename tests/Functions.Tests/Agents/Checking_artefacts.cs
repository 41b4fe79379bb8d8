using System.Net;
using System.Text.Json;

namespace FunctionsEval.Functions.Tests.Agents;

public sealed class Checking_artefacts(SharedAgentServer shared) : IClassFixture<SharedAgentServer>
{
    private const string Spec = """
        # Parser
        ## Purpose
        Reads files.
        ## Requirements
        - [ ] The parser rejects a line without a name with its number
        - [ ] The parser reads 1,000 lines in at most 10 ms
        ## Files to Create/Modify
        - `src/parser.cs`, `tests/`
        ## Acceptance tests
        - One a requirement
        ## Out of scope
        - Writing
        """;

    private AgentServer Server => shared.Server;

    [Theory]
    [InlineData("spec", Spec, "SPEC_TEMPLATE+ SPEC_UNTESTABLE+")]
    [InlineData("spec", "## Purpose\n## Requirements\n- Parsing is fast and robust\n", "SPEC_TEMPLATE- SPEC_UNTESTABLE-")]
    [InlineData("review", "Verdict: PASS\n- high: none open, fixed\nDecision: merge, because all tests pass", "REVIEW_INCONSISTENT+ REVIEW_WITHOUT_DECISION+")]
    [InlineData("review", "Verdict: PASS\n- Critical: the key is printed\nDecision: merge, because it is late", "REVIEW_INCONSISTENT- REVIEW_WITHOUT_DECISION+")]
    [InlineData("review", "Verdict: FAIL\nDecision: no", "REVIEW_INCONSISTENT- REVIEW_WITHOUT_DECISION-")]
    [InlineData("coverage", "<coverage line-rate=\"0.85\"><packages/></coverage>", "COVERAGE_LOW+")]
    [InlineData("coverage", "<coverage line-rate=\"0.5\"/>", "COVERAGE_LOW-")]
    [InlineData("changes", "M\tsrc/parser.cs\nA\ttests/parser_tests.cs\n", "CHANGES_DRIFT+ CHANGES_MISSING+")]
    [InlineData("changes", "R100\told.cs\tsrc/writer.cs\nM\tsrc/parser.cs", "CHANGES_DRIFT- CHANGES_MISSING-")]
    [InlineData("test_results", "<testsuites><testsuite><testcase classname=\"A\" name=\"a\"/><testcase name=\"holdout_b\"><failure/></testcase></testsuite></testsuites>", "TESTS_FAILED+")]
    [InlineData("test_results", "<testsuite><testcase name=\"a\"><error/></testcase><testcase name=\"c\"><skipped/></testcase></testsuite>", "TESTS_FAILED-")]
    public async Task An_artefact_is_checked_by_its_kind(string kind, string content, string expected)
    {
        await PostAsync("spec-task", "spec", Spec);

        var review = (await PostAsync($"task-{kind}", kind, content)).Json;

        Assert.Equal(expected, string.Join(' ', review.GetProperty("checks").EnumerateArray().Select(check => $"{check.GetProperty("check").GetString()}{(check.GetProperty("passed").GetBoolean() ? "+" : "-")}")));
    }

    [Theory]
    [InlineData("test_results", "<!DOCTYPE a [<!ENTITY x \"ha\"><!ENTITY y \"&x;&x;&x;\">]><testsuite>&y;</testsuite>", "no document type")]
    [InlineData("test_results", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><testsuite/>", "no document type")]
    [InlineData("coverage", "<coverage line-rate=\"2\"/>", "line-rate must be a share from 0 to 1, but is '2'.")]
    [InlineData("coverage", "<testsuite/>", "The document must be coverage, but is testsuite.")]
    [InlineData("coverage", "<coverage", "The content is not XML")]
    [InlineData("changes", "M src/parser.cs", "Line 1 must be a status and a path of git diff --name-status, but is 'M src/parser.cs'.")]
    public async Task What_is_not_of_its_kind_is_refused(string kind, string content, string message) =>
        (await PostAsync("bad", kind, content)).AssertProblem(HttpStatusCode.BadRequest, message, "content");

    [Fact]
    public async Task Failed_checks_and_flaky_tests_are_findings_until_they_are_mended()
    {
        await using var server = await AgentServer.StartAsync();
        string Suite(bool passed) => $"<testsuite><testcase name=\"shaky\">{(passed ? "" : "<failure/>")}</testcase></testsuite>";
        foreach (var passed in new[] { true, false, true })
        {
            await PostAsync(server, "t", "test_results", Suite(passed), commit: "c1");
        }

        await PostAsync(server, "t", "review", "Verdict: PASS");
        var found = (await server.PostJsonAsync("/api/agent/review", new { })).GetProperty("findings").EnumerateArray().ToList();
        await PostAsync(server, "t", "review", "Verdict: PASS\nDecision: merge, because it is good");
        server.Clock.Advance(TimeSpan.FromDays(15));
        var later = await server.PostJsonAsync("/api/agent/review", new { });

        Assert.Equal(["FLAKY_TEST shaky", "REVIEW_WITHOUT_DECISION t"], found.Select(finding => $"{finding.GetProperty("rule").GetString()} {finding.GetProperty("subject").GetString()}").Order(StringComparer.Ordinal));
        Assert.Contains("it failed in 1 of 3 runs of them (95% interval 6% to 79%)", found.Single(finding => finding.GetProperty("rule").GetString() == "FLAKY_TEST").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(later.GetProperty("findings").EnumerateArray());
    }

    private Task<Http.Answer> PostAsync(string task, string kind, string content) => PostAsync(Server, task, kind, content, "c");

    private static Task<Http.Answer> PostAsync(AgentServer server, string task, string kind, string content, string commit = "c") =>
        server.PostAsync("/api/agent/artefacts", JsonSerializer.Serialize(new { task_id = task, kind, content, commit, spec_task = "spec-task" }));
}
