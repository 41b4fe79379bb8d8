using FunctionsEval.Durable.Engine;
using FunctionsEval.Durable.Executor;
using FunctionsEval.Durable.Protocol;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;
using static FunctionsEval.Durable.Tests.Histories;

namespace FunctionsEval.Durable.Tests.Executor;

/// <summary>Requests, responses and stored histories are contracts: these bytes must stay readable and stay what is written.</summary>
public sealed class Wire_format
{
    private static readonly DurableTaskRegistry Greeter = Registry(async context =>
    {
        context.SetCustomStatus("greeting");
        var name = context.GetInput<string>();
        var text = await context.CallActivityAsync<string>("Hello", name, new TaskOptions(new RetryPolicy(2, TimeSpan.FromSeconds(5))));
        _ = context.CallSubOrchestratorAsync("Log", text);
        context.SendEvent("other", "Greeted", name);
        await context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
        return text;
    });

    private static OrchestratorRequest Request => new()
    {
        InstanceId = "instance",
        PastEvents = { Turn(), Started("Main", "\"Ada\""), Scheduled(0, "Hello"), Turn(1), Failed(0), TimerCreated(1, 6), Turn(6), Fired(1), Scheduled(2, "Hello") },
        NewEvents = { Turn(7), Completed(2, "\"Hello Ada\"") },
    };

    [Fact]
    public void A_request_has_its_golden_bytes() => AssertGolden("request.bin", Request.ToByteArray());

    [Fact]
    public void A_response_has_its_golden_bytes()
    {
        var response = OrchestratorRunner.Run(OrchestratorRequest.Parser.ParseFrom(Request.ToByteArray()), Greeter, Json, NullLoggerFactory.Instance);

        Assert.Equal(3, response.Actions.Count);
        AssertGolden("response.bin", response.ToByteArray());
    }

    [Fact]
    public void A_stored_turn_has_its_golden_bytes()
    {
        AssertGolden("turn.bin", HistoryCodec.Encode([.. Request.PastEvents]));
        Assert.Equal(Request.PastEvents, HistoryCodec.DecodeEvents(Golden("turn.bin")));
    }

    [Fact]
    public void A_stored_state_has_its_golden_bytes()
    {
        var state = new InstanceState("instance", "Main", "0123456789abcdef")
        {
            Status = Client.OrchestrationRuntimeStatus.Failed,
            Output = "text",
            CustomStatus = "\"greeting\"",
            FailureDetails = new TaskFailureDetails("Type", "message", null, new TaskFailureDetails("Inner", "inner"), true),
            Parent = new ParentLink("above", "execution", "Parent", 3),
            CreatedAt = new DateTimeOffset(Start),
            LastUpdatedAt = new DateTimeOffset(Start.AddSeconds(2)),
            CompletedAt = new DateTimeOffset(Start.AddSeconds(2)),
            FirstCommit = 4,
            NextCommit = 9,
            Received = ["c:one"],
        };

        AssertGolden("state.bin", HistoryCodec.Encode(state));
        Assert.Equal(state, HistoryCodec.DecodeState(Golden("state.bin"), input: null) with { Received = state.Received, Outbox = state.Outbox });
    }

    [Fact]
    public void The_whole_protocol_round_trips_through_bytes_of_the_public_numbers()
    {
        // Field numbers as the public protocol has them: eventId 1, timestamp 2, eventRaised 17 {name 1, input 2 {value 1}}.
        byte[] raised = [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0x8A, 0x01, 0x08, 0x0A, 0x01, (byte)'N', 0x12, 0x03, 0x0A, 0x01, (byte)'7'];

        var parsed = HistoryEvent.Parser.ParseFrom(raised);

        Assert.Equal((-1, "N", "7"), (parsed.EventId, parsed.EventRaised.Name, parsed.EventRaised.Input));
        Assert.Equal(raised, parsed.ToByteArray());
    }

    [Fact]
    public void Without_its_history_a_call_is_answered_with_the_wish_for_it()
    {
        var request = new OrchestratorRequest { InstanceId = "instance", NewEvents = { Turn() } };
        request.Properties["IncludeState"] = Value.ForBool(false);

        var response = OrchestratorRunner.Run(request, Greeter, Json, NullLoggerFactory.Instance);

        Assert.True(response.RequiresHistory);
        Assert.Empty(response.Actions);
        Assert.Equal("instance", response.InstanceId);
    }

    [Fact]
    public void Random_bytes_never_break_the_executor()
    {
        var random = new Random(4);
        var bytes = Request.ToByteArray();
        for (var round = 0; round < 5_000; round++)
        {
            var broken = (byte[])bytes.Clone();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            }

            OrchestratorRequest request;
            try
            {
                request = OrchestratorRequest.Parser.ParseFrom(broken);
            }
            catch (InvalidProtocolBufferException)
            {
                continue;
            }

            var response = OrchestratorRunner.Run(request, Greeter, Json, NullLoggerFactory.Instance);

            Assert.Equal(request.InstanceId, response.InstanceId);
            Assert.True(response.CalculateSize() > 0 || request.InstanceId.Length == 0);
        }
    }

    [Fact]
    public void Events_in_any_order_never_break_the_executor()
    {
        var random = new Random(5);
        Func<HistoryEvent>[] kinds =
        [
            () => Turn(random.Next(9)), () => Started("Main", "\"x\""), () => Scheduled(random.Next(3), "Hello"), () => Completed(random.Next(5), "\"y\""),
            () => Completed(random.Next(5), "{broken"), () => Failed(random.Next(5)), () => Fired(random.Next(5)), () => TimerCreated(random.Next(-101, 4)),
            () => Suspended(), () => Resumed(), () => Terminated(), () => Raised("N", "1"), () => ChildCreated(random.Next(4), "Log"), () => ChildFailed(random.Next(4)),
            () => Sent(random.Next(4), "Greeted"), () => new HistoryEvent(), () => new HistoryEvent { OrchestratorStarted = new OrchestratorStartedEvent() },
            () => new HistoryEvent { OrchestratorStarted = new OrchestratorStartedEvent(), Timestamp = new Timestamp { Seconds = long.MaxValue } },
        ];
        for (var round = 0; round < 5_000; round++)
        {
            HistoryEvent[] events = [.. Enumerable.Range(0, random.Next(20)).Select(_ => kinds[random.Next(kinds.Length)]())];
            var split = random.Next(events.Length + 1);
            var execution = Execution(Greeter);

            execution.Replay(events.Take(split));
            var result = execution.Run(events.Skip(split));

            Assert.True(result.Completion() is null || execution.IsCompleted);
        }
    }

    private static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", name));

    /// <summary>With FUNCTIONSEVAL_WRITE_GOLDEN=folder the files are written instead.</summary>
    private static void AssertGolden(string name, byte[] bytes)
    {
        if (Environment.GetEnvironmentVariable("FUNCTIONSEVAL_WRITE_GOLDEN") is { Length: > 0 } folder)
        {
            File.WriteAllBytes(Path.Combine(folder, name), bytes);
            return;
        }

        Assert.Equal(Convert.ToHexString(Golden(name)), Convert.ToHexString(bytes));
    }
}
