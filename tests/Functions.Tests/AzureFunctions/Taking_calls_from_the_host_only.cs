using System.Net;
using static FunctionsEval.Functions.Tests.AzureFunctions.HandlerHost;

namespace FunctionsEval.Functions.Tests.AzureFunctions;

public sealed class Taking_calls_from_the_host_only(SharedHandler shared) : IClassFixture<SharedHandler>
{
    private readonly HandlerHost _handler = shared.Host;

    [Fact]
    public async Task The_ping_is_answered() => Assert.Equal(HttpStatusCode.OK, (await _handler.GetAsync("/")).Status);

    [Fact]
    public async Task Forwarded_requests_reach_the_api_under_any_name()
    {
        var health = await _handler.GetAsync("/api/health", host: "contoso.azurewebsites.net");
        var definition = await _handler.PostAsync("/api/definitions", """{"name":"d"}""", host: "contoso.azurewebsites.net");

        Assert.Equal(HttpStatusCode.OK, health.Status);
        definition.AssertProblem(HttpStatusCode.BadRequest, "scenarios");
    }

    [Theory]
    [InlineData("contoso.azurewebsites.net")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:1")]
    [InlineData("attacker.example:80")]
    public async Task A_wrapped_call_under_another_name_is_refused(string host)
    {
        var answer = await _handler.PostAsync("/PipelineQueue", Body(("message", Rule5("\"{}\""))), host);

        answer.AssertProblem(HttpStatusCode.Forbidden, "by the Functions host only");
    }

    [Theory]
    [InlineData("/api/PipelineQueue")]
    [InlineData("/api/RunOrchestration")]
    [InlineData("/api/%2e%2e%2fEvaluateCell")]
    [InlineData("/api//EvaluateCell")]
    public async Task No_forwarded_path_leads_to_a_wrapped_call(string path)
    {
        var answer = await _handler.PostAsync(path, ActivityBody("\"r000000000000000\""));

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
    }

    [Fact]
    public async Task An_unknown_function_is_not_found() =>
        (await _handler.PostAsync("/Nothing", ActivityBody("1"))).AssertProblem(HttpStatusCode.NotFound, "There is no function 'Nothing'.");

    [Theory]
    [InlineData("no json", "is not a job")]
    [InlineData("null", "is null")]
    [InlineData("""{"job":"make_tea","runId":"r1"}""", "Job 'make_tea' is unknown. Known jobs: start_run")]
    public async Task A_message_that_is_no_job_fails_so_that_the_host_keeps_it(string message, string reason)
    {
        var answer = await _handler.PostAsync("/PipelineQueue", Body(
            ("message", Rule5(System.Text.Json.JsonSerializer.Serialize(message))), ("client", Rule5("""{"rpcBaseUrl":"http://127.0.0.1:1"}"""))));

        answer.AssertProblem(HttpStatusCode.InternalServerError, reason);
        Assert.Equal(HttpStatusCode.OK, (await _handler.GetAsync("/")).Status);
    }

    [Theory]
    [InlineData("\"5\"", "no durableClient binding")]
    [InlineData("{}", "rpcBaseUrl must be an http address of this machine, but is ''")]
    [InlineData("""{"rpcBaseUrl":"http://attacker.example"}""", "but is 'http://attacker.example'")]
    [InlineData("""{"rpcBaseUrl":"file:///etc/passwd"}""", "but is 'file:///etc/passwd'")]
    public async Task Only_a_durable_endpoint_of_this_machine_is_called(string client, string reason)
    {
        var answer = await _handler.PostAsync("/PipelineQueue", Body(
            ("message", Rule5("\"{\\\"job\\\":\\\"start_run\\\",\\\"runId\\\":\\\"r1\\\"}\"")), ("client", Rule5(client))));

        answer.AssertProblem(HttpStatusCode.BadRequest, reason);
    }

    [Fact]
    public async Task A_body_larger_than_servers_usually_take_is_read()
    {
        var answer = await _handler.PostAsync("/EvaluateCell", Body(("input", $"\"{new string('x', 35_000_000)}\"")));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }
}
