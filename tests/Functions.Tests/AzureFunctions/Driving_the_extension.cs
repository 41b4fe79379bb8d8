using System.Net;
using System.Text.Json;
using FunctionsEval.Durable;
using FunctionsEval.Durable.Client;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Hosting.AzureFunctions;
using FunctionsEval.Runs;
using static FunctionsEval.Functions.Tests.AzureFunctions.HandlerHost;

namespace FunctionsEval.Functions.Tests.AzureFunctions;

/// <summary>Queue and timer calls, and what they ask of the Durable extension through its endpoint.</summary>
public sealed class Driving_the_extension : IAsyncLifetime
{
    private const int Running = 0;
    private const int Completed = 1;
    private const int Failed = 3;
    private const int AlreadyExists = 6;
    private const int Unknown = 2;

    private readonly GrpcChannel _channel = new();
    private HandlerHost _handler = null!;
    private DurableEndpoint _endpoint = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DurableTaskClient Client => new GrpcDurableTaskClient(
        _channel, new DurableClientBinding(_endpoint.Address, "Hub", "Storage"), new JsonDataConverter(JsonSerializerOptions.Web), TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        _handler = await HandlerHost.StartAsync();
        _endpoint = await DurableEndpoint.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _handler.DisposeAsync();
        await _endpoint.DisposeAsync();
    }

    [Fact]
    public async Task A_start_job_starts_the_orchestration_of_its_run()
    {
        var run = await StartRunAsync();

        await JobAsync(PipelineJob.StartRun, run.RunId);

        Assert.Equal(["GetInstance", "StartInstance"], _endpoint.Methods);
        var (_, start, headers) = _endpoint.Calls.Last();
        Assert.Equal((run.RunId, "RunOrchestration"), (start.Text(1), start.Text(2)));
        Assert.Equal(run.RunId, JsonElement.Parse(start.Wrapped(4)!).GetProperty("runId").GetString());
        Assert.Equal("FunctionsEval", headers["Durable-TaskHub"]);
    }

    [Theory]
    [InlineData(Running)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task A_start_job_that_comes_again_changes_nothing(int status)
    {
        var run = await StartRunAsync();
        _endpoint.Answer = (_, _) => (0, "", DurableEndpoint.Instance(run.RunId, status));

        await JobAsync(PipelineJob.StartRun, run.RunId);

        Assert.Equal(["GetInstance"], _endpoint.Methods);
    }

    [Fact]
    public async Task Two_start_jobs_at_once_start_one_orchestration()
    {
        var run = await StartRunAsync();
        _endpoint.Answer = (method, _) => method == "StartInstance" ? (AlreadyExists, "it exists", []) : (0, "", []);

        await JobAsync(PipelineJob.StartRun, run.RunId);

        Assert.Equal(["GetInstance", "StartInstance"], _endpoint.Methods);
    }

    [Theory]
    [InlineData(PipelineJob.ResumeRun)]
    [InlineData(PipelineJob.CancelRun)]
    public async Task Other_jobs_wake_the_orchestration(string job)
    {
        await JobAsync(job, "r1");

        var (method, message, _) = Assert.Single(_endpoint.Calls);
        Assert.Equal(("RaiseEvent", "r1", "Resume", null), (method, message.Text(1), message.Text(2), message.Wrapped(3)));
    }

    [Fact]
    public async Task A_job_for_an_orchestration_that_is_gone_is_done()
    {
        _endpoint.Answer = (method, _) => method == "RaiseEvent" ? (Unknown, "Exception was thrown by handler.", []) : (0, "", []);

        await JobAsync(PipelineJob.ResumeRun, "r1");

        Assert.Equal(["RaiseEvent", "GetInstance"], _endpoint.Methods);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_job_that_the_extension_does_not_take_fails_so_that_it_comes_again(bool isThere)
    {
        _endpoint.Answer = (method, _) => method == "GetInstance" ? (0, "", DurableEndpoint.Instance("r1", Running)) : (14, "not now", []);
        if (!isThere)
        {
            await _endpoint.DisposeAsync();
        }

        var answer = await SendAsync(PipelineJob.ResumeRun, "r1");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
    }

    [Fact]
    public async Task The_watchdog_restarts_what_the_host_has_failed_and_leaves_the_rest_alone()
    {
        var (alive, failed, finished) = (await StartRunAsync(), await StartRunAsync(), await StartRunAsync());
        await _handler.Services.RunControl.CancelAsync(finished.RunId, Cancel);
        _endpoint.Answer = (method, message) => (method, message.Text(1)) switch
        {
            ("GetInstance", var id) when id == alive.RunId => (0, "", DurableEndpoint.Instance(id, Running)),
            ("GetInstance", var id) => (0, "", DurableEndpoint.Instance(id, Failed, $$"""{"runId":"{{id}}","restart":1}""")),
            _ => (0, "", []),
        };

        var answer = await _handler.PostAsync("/Watchdog", Body(
            ("timer", """{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}"""), ("client", ClientWire())));

        Assert.Equal("Restarted the orchestrations of 1 runs.", answer.Json.GetProperty("Logs")[0].GetString());
        var start = Assert.Single(_endpoint.Calls, call => call.Method == "StartInstance").Message;
        Assert.Equal(failed.RunId, start.Text(1));
        Assert.Equal(2, JsonElement.Parse(start.Wrapped(4)!).GetProperty("restart").GetInt32());
        Assert.DoesNotContain(_endpoint.Calls, call => call.Message.Text(1) == finished.RunId);
    }

    [Fact]
    public async Task The_watchdog_looks_after_the_other_runs_when_one_cannot_be_restarted()
    {
        var (first, second) = (await StartRunAsync(), await StartRunAsync());
        var refused = 0;
        _endpoint.Answer = (method, _) => method == "StartInstance" && Interlocked.Increment(ref refused) == 1 ? (13, "broken", []) : (0, "", []);

        var answer = await _handler.PostAsync("/Watchdog", Body(("timer", """{"IsPastDue":true}"""), ("client", ClientWire())));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(
            new[] { first.RunId, second.RunId }.Order(StringComparer.Ordinal),
            _endpoint.Calls.Where(call => call.Method == "StartInstance").Select(call => call.Message.Text(1)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_client_reads_the_state_of_an_instance()
    {
        _endpoint.Answer = (_, _) => (0, "", Proto.Message((1, true), (2, Proto.Message(
            (1, "i"), (2, "Main"), (4, Failed), (6, Proto.Message((1, 1_780_000_000))), (7, Proto.Message((1, 1_780_000_060))), (8, Proto.Text("1")),
            (9, Proto.Text("")), (11, Proto.Message((1, "T"), (2, "m"), (4, Proto.Message((1, "Inner"), (2, "i"))), (5, true))), (13, Proto.Message((1, 1_780_000_060))),
            (99, "later")))));

        var instance = await Client.GetInstanceAsync("i", getInputsAndOutputs: true, Cancel);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, instance!.RuntimeStatus);
        Assert.Equal(("Main", "i", "1", "", null), (instance.Name, instance.InstanceId, instance.SerializedInput, instance.SerializedOutput, instance.SerializedCustomStatus));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_780_000_060), instance.CompletedAt);
        Assert.Equal(new TaskFailureDetails("T", "m", null, new TaskFailureDetails("Inner", "i"), IsNonRetriable: true), instance.FailureDetails);
        Assert.Equal(("Hub", "Storage"), _endpoint.Calls.Single().Headers is var headers ? (headers["Durable-TaskHub"].ToString(), headers["Durable-ConnectionName"].ToString()) : default);
    }

    [Fact]
    public async Task The_client_suspends_resumes_terminates_and_purges()
    {
        _endpoint.Answer = (method, _) => method switch
        {
            "GetInstance" => (0, "", DurableEndpoint.Instance("i", Completed)),
            "PurgeInstances" => (0, "", Proto.Message((1, 3))),
            _ => (0, "", []),
        };

        await Client.SuspendInstanceAsync("i", "why", Cancel);
        await Client.ResumeInstanceAsync("i", null, Cancel);
        await Client.TerminateInstanceAsync("i", "bye", recursive: true, Cancel);
        var purged = await Client.PurgeInstanceAsync("i", recursive: true, Cancel);

        Assert.Equal(["SuspendInstance", "ResumeInstance", "TerminateInstance", "GetInstance", "PurgeInstances"], _endpoint.Methods);
        var messages = _endpoint.Calls.Select(call => call.Message).ToList();
        Assert.Equal(("i", "why"), (messages[0].Text(1), messages[0].Wrapped(2)));
        Assert.Null(messages[1].Wrapped(2));
        Assert.Equal(("\"bye\"", 1), (messages[2].Wrapped(2), messages[2].Number(3)));
        Assert.Equal(3, purged);
    }

    [Fact]
    public async Task An_id_in_use_is_an_error_of_its_own()
    {
        _endpoint.Answer = (_, _) => (AlreadyExists, "it exists", []);

        var error = await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => Client.ScheduleNewOrchestrationInstanceAsync("Main", 1, new StartOrchestrationOptions("i"), Cancel));

        Assert.Equal("i", error.InstanceId);
    }

    [Fact]
    public async Task An_error_of_the_endpoint_keeps_its_words()
    {
        _endpoint.Answer = (_, _) => (13, "größer als 4 MB", []);

        var error = await Assert.ThrowsAsync<GrpcException>(() => Client.GetInstanceAsync("i", getInputsAndOutputs: false, Cancel));

        Assert.Equal("GetInstance failed with gRPC status 13: größer als 4 MB", error.Message);
    }

    private async Task<RunRecord> StartRunAsync()
    {
        var id = await _handler.Services.Definitions.AddAsync(RunServer.Definition(scenarios: 2, samples: 2), Cancel);
        var started = await _handler.Services.StartRun.StartAsync(id, new RunOverrides(), _handler.Bench.BaseUrl, Cancel);
        return Assert.IsType<StartOutcome.Started>(started).Run;
    }

    private string ClientWire() => Rule5(JsonSerializer.Serialize(JsonSerializer.Serialize(new
    {
        taskHubName = "FunctionsEval",
        connectionName = (string?)null,
        creationUrls = (object?)null,
        managementUrls = (object?)null,
        baseUrl = (string?)null,
        requiredQueryStringParameters = "code=key",
        rpcBaseUrl = _endpoint.Address,
        httpBaseUrl = "https://contoso.azurewebsites.net/runtime/webhooks/durabletask",
    })));

    private Task<Answer> SendAsync(string job, string runId) => _handler.PostAsync("/PipelineQueue", Body(
        ("message", Rule5(JsonSerializer.Serialize(JsonSerializer.Serialize(new { job, runId })))), ("client", ClientWire())));

    private async Task JobAsync(string job, string runId)
    {
        var answer = await SendAsync(job, runId);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
    }
}
