using System.Net;
using System.Text.Json;
using static FunctionsEval.Functions.Tests.AzureFunctions.HandlerHost;
using static FunctionsEval.Functions.Tests.AzureFunctions.History;

namespace FunctionsEval.Functions.Tests.AzureFunctions;

/// <summary>Turns over real HTTP. Requests are written and responses read by field number, not with the program's own messages.</summary>
public sealed class Running_orchestrations(SharedHandler shared) : IClassFixture<SharedHandler>
{
    private const int Actions = 2;
    private const int ScheduleTask = 2;
    private const int CreateChild = 3;
    private const int CreateTimer = 4;
    private const int Complete = 6;
    private const int StatusFailed = 3;

    private readonly HandlerHost _handler = shared.Host;

    private static readonly string Input = $$"""{"runId":"{{InstanceId}}"}""";

    // Two blocks of a run, as PrepareRun gives them through the extension: text that holds our result.
    private static readonly string Plan = Result($$$"""{"ok":true,"value":{"runId":"{{{InstanceId}}}","items":50,"variants":1,"samples":3,"seed":7}}""");

    [Fact]
    public async Task The_first_turn_schedules_the_first_activity_with_everything_it_has_to_know()
    {
        var response = await _handler.TurnAsync("RunOrchestration", Request([], [Turn(), Started("RunOrchestration", Input)]));

        Assert.Equal(InstanceId, response.Text(1));
        var action = Assert.Single(response.Many(Actions));
        Assert.Equal(0, action.Number(1));
        Assert.Equal("PrepareRun", action.One(ScheduleTask).Text(1));
        Assert.Equal($$"""[{"instanceId":"{{InstanceId}}","taskId":0,"input":"\"{{InstanceId}}\""}]""", action.One(ScheduleTask).Wrapped(3));
    }

    [Fact]
    public async Task A_result_in_the_hosts_encoding_is_read_and_blocks_get_ids_of_their_own()
    {
        var response = await _handler.TurnAsync("RunOrchestration", Prepared());

        var blocks = response.Many(Actions).Select(action => action.One(CreateChild)).ToList();
        Assert.Equal([$"{InstanceId}-b000000-000", $"{InstanceId}-b000001-000"], blocks.Select(block => block.Text(1)));
        Assert.All(blocks, block => Assert.Equal("EvaluateBlock", block.Text(2)));
        Assert.Equal(1, JsonElement.Parse(blocks[1].Wrapped(4)!).GetProperty("block").GetInt32());
    }

    [Fact]
    public async Task A_restarted_orchestration_gives_its_blocks_new_ids()
    {
        var input = $$"""{"runId":"{{InstanceId}}","restart":2}""";

        var response = await _handler.TurnAsync("RunOrchestration", Prepared(input));

        Assert.Equal($"{InstanceId}-b000000-000-r2", response.Many(Actions).First().One(CreateChild).Text(1));
    }

    [Fact]
    public async Task A_failure_inside_a_200_reaches_the_orchestrator_as_a_failure_and_is_tried_again()
    {
        var failed = Result("""{"ok":false,"error":{"type":"System.IO.IOException","message":"no disk","nonRetriable":false}}""");

        var response = await _handler.TurnAsync("RunOrchestration", Request(
            [Turn(), Started("RunOrchestration", Input), Scheduled(0, "PrepareRun")], [Turn(1), Completed(0, failed)]));

        Assert.Single(response.Many(Actions).Single()[CreateTimer]);
    }

    [Fact]
    public async Task A_failure_that_may_not_be_repeated_ends_the_run_with_its_message()
    {
        var failed = Result("""{"ok":false,"error":{"type":"T","message":"never again","nonRetriable":true}}""");

        var response = await _handler.TurnAsync("RunOrchestration", Request(
            [Turn(), Started("RunOrchestration", Input), Scheduled(0, "PrepareRun")], [Turn(1), Completed(0, failed)]));

        var task = response.Many(Actions).Single().One(ScheduleTask);
        Assert.Equal("CompleteRun", task.Text(1));
        var completion = JsonSerializer.Deserialize(JsonElement.Parse(task.Wrapped(3)!)[0].GetProperty("input").GetString()!, EvalJson.Context.CompleteRunInput)!;
        Assert.Equal("never again", completion.FailureReason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failure_of_the_host_is_tried_again(bool withDetails)
    {
        var details = Proto.Message(
            (1, "Microsoft.Azure.WebJobs.Host.FunctionInvocationException"),
            (2, "Exception while executing function: Functions.PrepareRun"),
            (4, Proto.Message((1, "System.Net.Http.HttpRequestException"), (2, "Connection refused"))));

        var response = await _handler.TurnAsync("RunOrchestration", Request(
            [Turn(), Started("RunOrchestration", Input), Scheduled(0, "PrepareRun")], [Turn(1), Failed(0, withDetails ? details : null)]));

        Assert.Single(response.Many(Actions).Single()[CreateTimer]);
    }

    [Fact]
    public async Task A_block_that_the_host_failed_while_the_handler_was_away_is_evaluated_again()
    {
        byte[][] past =
        [
            Turn(), Started("RunOrchestration", Input), Scheduled(0, "PrepareRun"), Turn(1), Completed(0, Plan),
            ChildCreated(1, $"{InstanceId}-b000000-000", "EvaluateBlock"), ChildCreated(2, $"{InstanceId}-b000001-000", "EvaluateBlock"),
        ];

        var waiting = await _handler.TurnAsync("RunOrchestration", Request(past, [Turn(2), ChildFailed(1)]));
        var again = await _handler.TurnAsync("RunOrchestration", Request([.. past, Turn(2), ChildFailed(1), TimerCreated(3)], [Turn(9), TimerFired(3)]));

        Assert.Single(waiting.Many(Actions).Single()[CreateTimer]);
        Assert.Equal($"{InstanceId}-b000000-000", again.Many(Actions).Single().One(CreateChild).Text(1));
    }

    [Fact]
    public async Task Events_and_fields_that_are_unknown_change_nothing()
    {
        var unknownEvent = Proto.Message((1, -1), (77, Proto.Message((1, "?"))));
        var request = Request([], [Turn(), unknownEvent, Started("RunOrchestration", Input)]);

        var response = await _handler.TurnAsync("RunOrchestration", [.. request, .. Proto.Message((99, "new"), (98, 5))]);

        Assert.Equal("PrepareRun", response.Many(Actions).Single().One(ScheduleTask).Text(1));
    }

    [Fact]
    public async Task History_that_does_not_fit_the_program_fails_the_instance_and_not_the_call()
    {
        var response = await _handler.TurnAsync("RunOrchestration", Request(
            [Turn(), Started("RunOrchestration", Input), Scheduled(0, "SomethingElse")], [Turn(1), Completed(0, null)]));

        var complete = response.Many(Actions).Single().One(Complete);
        Assert.Equal(StatusFailed, complete.Number(1));
        Assert.Contains("SomethingElse", complete.Wrapped(2), StringComparison.Ordinal);
        Assert.Contains("NonDeterministicOrchestrationException", complete.One(6).Text(1), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Nonsense => new()
    {
        { "", "not JSON" },
        { "null", "Data is an object" },
        { """{"Data":{}}""", "Data.context is missing" },
        { Body(("context", Rule5("\"&&&\""))), "not base64" },
        { Body(("context", """{"history":[]}""")), "FUNCTIONS_WORKER_RUNTIME" },
        { Body(("context", Rule5("\"CgEx\"")))[..^20], "not JSON" },
        { OrchestratorBody(Request([], [Turn(), Started("RunOrchestration", Input)])[..^9]), "not an OrchestratorRequest" },
        { OrchestratorBody([]), "names no instance" },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task A_broken_call_is_answered_with_200_and_a_failed_orchestration_that_says_why(string body, string reason)
    {
        var response = Proto.Read(Convert.FromBase64String(await _handler.ReturnValueAsync("RunOrchestration", body)));

        Assert.Equal("unknown", response.Text(1));
        var complete = response.Many(Actions).Single().One(Complete);
        Assert.Equal(StatusFailed, complete.Number(1));
        Assert.Contains(reason, complete.Wrapped(2), StringComparison.Ordinal);
        Assert.Contains(reason, complete.One(6).Text(2), StringComparison.Ordinal);
    }

    // An answer without actions would be taken, and the instance would wait for ever.
    [Fact]
    public async Task History_that_never_began_fails_the_instance()
    {
        var response = await _handler.TurnAsync("RunOrchestration", Request([Turn()], [Turn(1), Completed(0, Plan)]));

        Assert.Equal(InstanceId, response.Text(1));
        var complete = response.Many(Actions).Single().One(Complete);
        Assert.Equal(StatusFailed, complete.Number(1));
        Assert.Contains("The history (3 events) does not begin with ExecutionStarted", complete.Wrapped(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fuzzed_bytes_never_break_the_endpoint()
    {
        var random = new Random(9);
        var request = Prepared();
        var body = System.Text.Encoding.UTF8.GetBytes(OrchestratorBody(request));
        for (var round = 0; round < 600; round++)
        {
            byte[] broken = [.. round % 2 == 0 ? body : request];
            for (var change = random.Next(1, 9); change > 0; change--)
            {
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            }

            var sent = round % 2 == 0 ? broken : System.Text.Encoding.UTF8.GetBytes(OrchestratorBody(broken));
            var answer = await _handler.PostAsync("/RunOrchestration", sent[..random.Next(sent.Length / 2, sent.Length + 1)]);

            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.NotEmpty(Convert.FromBase64String(answer.Json.GetProperty("ReturnValue").GetString()!));
        }

        Assert.Equal(HttpStatusCode.OK, (await _handler.GetAsync("/")).Status);
    }

    private static byte[] Prepared(string? input = null) => Request(
        [Turn(), Started("RunOrchestration", input ?? Input), Scheduled(0, "PrepareRun")], [Turn(1), Completed(0, Plan)]);

    /// <summary>The extension keeps what an activity returned as JSON: text as a JSON string.</summary>
    private static string Result(string text) => JsonSerializer.Serialize(text);
}
