using System.Net;
using System.Text.Json;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs;
using static FunctionsEval.Functions.Tests.AzureFunctions.HandlerHost;

namespace FunctionsEval.Functions.Tests.AzureFunctions;

public sealed class Calling_activities(SharedHandler shared) : IClassFixture<SharedHandler>
{
    private readonly HandlerHost _handler = shared.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>How input reaches the handler: by the custom runtime, unpacked as for dotnet-isolated, and encoded once less than today.</summary>
    public static TheoryData<string> Shapes => ["custom", "isolated", "object", "once", "bare text", "array"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task An_activity_reads_its_input_in_every_shape_that_hosts_send(string shape)
    {
        var run = await StartRunAsync();
        var text = $$"""{"instanceId":"i","taskId":3,"input":{{JsonSerializer.Serialize($"\"{run.RunId}\"")}}}""";
        var wire = shape switch
        {
            "custom" => Rule5(JsonSerializer.Serialize($"[{text}]")),
            "isolated" => Rule5(JsonSerializer.Serialize(text)),
            "object" => text,
            "once" => Rule5($"[{text}]"),
            "array" => $"[{text}]",
            _ => Rule5(JsonSerializer.Serialize($"\"{run.RunId}\"")),
        };

        var result = JsonElement.Parse(await _handler.ReturnValueAsync("PrepareRun", Body(("input", wire))));

        Assert.True(result.GetProperty("ok").GetBoolean(), result.GetRawText());
        Assert.Equal(run.RunId, result.GetProperty("value").GetProperty("runId").GetString());
        Assert.Equal(RunStatus.Running, (await _handler.Services.Runs.GetAsync(run.RunId, Cancel)).Status);
    }

    [Fact]
    public async Task A_cell_is_evaluated_stored_and_not_called_again()
    {
        var run = await StartRunAsync();
        await _handler.ReturnValueAsync("PrepareRun", ActivityBody($"\"{run.RunId}\""));
        var body = ActivityBody($$"""[{"instanceId":"i","taskId":0,"input":{{JsonSerializer.Serialize($$"""{"runId":"{{run.RunId}}","item":0,"variant":0,"sample":1}""")}}}]""");

        var first = await _handler.ReturnValueAsync("EvaluateCell", body);
        var calls = _handler.Bench.Simulator.Stats().Calls;
        var second = await _handler.ReturnValueAsync("EvaluateCell", body);

        Assert.Equal("""{"ok":true,"value":"scored"}""", first);
        Assert.Equal(first, second);
        Assert.Equal(calls, _handler.Bench.Simulator.Stats().Calls);
        var cell = Assert.Single((await StoredRun.ReadAsync(_handler.Services, run.RunId)).Cells);
        Assert.Equal(1, cell.Address.Sample);
    }

    [Fact]
    public async Task A_failing_activity_says_so_inside_an_answer_of_200()
    {
        var answer = await _handler.PostAsync("/PrepareRun", ActivityBody("""[{"instanceId":"i","taskId":7,"input":"\"r000000000000000\""}]"""));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var result = JsonElement.Parse(answer.Json.GetProperty("ReturnValue").GetString()!);
        Assert.False(result.GetProperty("ok").GetBoolean());
        Assert.Contains("r000000000000000", result.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.False(result.GetProperty("error").GetProperty("nonRetriable").GetBoolean());
        Assert.StartsWith("Activity PrepareRun (#7) of instance i failed: ", answer.Json.GetProperty("Logs")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"runId":5}""")]
    [InlineData("null")]
    [InlineData("[1,2,3]")]
    [InlineData("\"text\"")]
    public async Task An_input_of_another_type_fails_the_activity(string input)
    {
        var result = JsonElement.Parse(await _handler.ReturnValueAsync("EvaluateCell", ActivityBody(input)));

        Assert.False(result.GetProperty("ok").GetBoolean());
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{", "not JSON")]
    [InlineData("null", "Data is an object")]
    [InlineData("[]", "Data is an object")]
    [InlineData("{}", "Data is an object")]
    [InlineData("""{"Data":null}""", "Data is an object")]
    [InlineData("""{"Data":{"other":"1"}}""", "Data.input is missing (there is: other)")]
    [InlineData("""{"Data":{"input":"\ud800"}}""", "surrogate")]
    [InlineData("""{"Data":{"input":[{"instanceId":1,"taskId":"x"}]}}""", "Data.input is no activity input")]
    public async Task A_call_that_no_host_sends_is_refused_with_its_reason(string body, string reason)
    {
        var answer = await _handler.PostAsync("/EvaluateCell", body);

        answer.AssertProblem(HttpStatusCode.BadRequest, reason);
    }

    [Theory]
    [InlineData("EvaluateCell", 200, 400)]
    [InlineData("PipelineQueue", 400, 500)]
    [InlineData("Watchdog", 400, 400)]
    [InlineData("Review", 400, 400)]
    public async Task Fuzzed_bodies_are_refused_and_never_break_the_handler(string function, int one, int other)
    {
        var random = new Random(11);
        var body = System.Text.Encoding.UTF8.GetBytes(Body(
            ("input", Rule5(JsonSerializer.Serialize("""[{"instanceId":"i","taskId":1,"input":"{\"runId\":\"r000000000000000\",\"item\":1}"}]"""))),
            ("message", Rule5(JsonSerializer.Serialize("""{"job":"start_run","runId":"r000000000000000"}"""))),
            ("client", Rule5("""{"rpcBaseUrl":"none"}"""))));
        for (var round = 0; round < 300; round++)
        {
            byte[] broken = [.. body];
            for (var change = random.Next(1, 9); change > 0; change--)
            {
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            }

            var answer = await _handler.PostAsync($"/{function}", broken);

            Assert.Contains((int)answer.Status, new[] { one, other });
        }

        Assert.Equal(HttpStatusCode.OK, (await _handler.GetAsync("/")).Status);
    }

    private async Task<RunRecord> StartRunAsync()
    {
        var id = await _handler.Services.Definitions.AddAsync(RunServer.Definition(scenarios: 2, samples: 2), Cancel);
        var started = await _handler.Services.StartRun.StartAsync(id, new RunOverrides(), _handler.Bench.BaseUrl, Cancel);
        return Assert.IsType<StartOutcome.Started>(started).Run;
    }
}
