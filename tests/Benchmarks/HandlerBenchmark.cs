using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FunctionsEval.Cli;
using FunctionsEval.Durable;
using FunctionsEval.Durable.Protocol;
using FunctionsEval.Hosting.AzureFunctions;
using FunctionsEval.TestKit;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.Benchmarks;

/// <summary>The custom handler: a wrapped call of a no-op activity, and one turn of an orchestration whose history has 1,000 events.</summary>
internal static class HandlerBenchmark
{
    private static readonly byte[] ActivityBody = Encoding.UTF8.GetBytes(Body("input", new ActivityInput("r123456789abcdef-b000001-000", 7, "{\"runId\":\"r123456789abcdef\",\"item\":5,\"variant\":1,\"sample\":2}").ToJson()));

    public sealed record CallResult(string Benchmark, int Calls, double CpuMicrosecondsPerCall, double WallMicrosecondsPerCall);

    public sealed record ReplayResult(string Benchmark, int Events, int RequestBytes, double FirstMilliseconds, double MedianMilliseconds, double MaxMilliseconds);

    /// <summary>Decode, dispatch, encode: what the program adds to the body of an activity, without HTTP.</summary>
    public static async Task<object> ActivityAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var function = new ActivityFunction(Registry(), Converter(), NullLogger<ActivityFunction>.Instance);
        var answer = new ArrayBufferWriter<byte>();
        return await MeasureAsync("handler-activity", arguments.Get("calls", 50_000), async () =>
        {
            var reply = await function.RunAsync("NoOp", ActivityBody, cancellationToken);
            answer.ResetWrittenCount();
            reply.WriteTo(answer);
        });
    }

    /// <summary>The same over loopback HTTP, one call after the other; the CPU of the client, in this process, is counted too.</summary>
    public static async Task<object> HttpAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await using var services = Services.Open(new Settings(_ => null, folder.Path), NullLoggerFactory.Instance);
        services.Registry.AddActivity<JsonElement, string>("NoOp", (_, _, _) => Task.FromResult("scored"));
        await using var handler = FunctionsHandler.Create(services, 0, JsonLines.Configure);
        await handler.StartAsync(cancellationToken);
        using var client = new HttpClient { BaseAddress = handler.Address };
        return await MeasureAsync("handler-http", arguments.Get("calls", 20_000), async () =>
        {
            using var content = new ByteArrayContent(ActivityBody);
            using var response = await client.PostAsync(new Uri("/NoOp", UriKind.Relative), content, cancellationToken);
            response.EnsureSuccessStatusCode();
            await response.Content.ReadAsByteArrayAsync(cancellationToken);
        });
    }

    public static Task<object> ReplayAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var events = arguments.Get("events", 1_000);
        var body = Encoding.UTF8.GetBytes(Body("context", Convert.ToBase64String(History(events).ToByteArray())));
        var function = new OrchestratorFunction(Registry(), Converter(), NullLoggerFactory.Instance);
        var answer = new ArrayBufferWriter<byte>();
        var times = new List<double>();
        for (var turn = 0; turn <= arguments.Get("turns", 200); turn++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            answer.ResetWrittenCount();
            var start = Stopwatch.GetTimestamp();
            var reply = function.Run("Chain", body);
            reply.WriteTo(answer);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            var response = OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(reply.ReturnValue!));
            if (response.Actions is not [{ ScheduleTask: not null }])
            {
                throw new InvalidOperationException($"The turn gave {response.Actions}.");
            }
        }

        var warm = times.Skip(1).Order().ToList();
        return Task.FromResult<object>(new ReplayResult(
            "handler-replay", events, body.Length, Math.Round(times[0], 2), Math.Round(warm[warm.Count / 2], 3), Math.Round(warm[^1], 2)));
    }

    private static async Task<CallResult> MeasureAsync(string name, int calls, Func<Task> call)
    {
        for (var warmUp = 0; warmUp < calls / 10; warmUp++)
        {
            await call();
        }

        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        for (var done = 0; done < calls; done++)
        {
            await call();
        }

        process.Refresh();
        return new CallResult(
            name,
            calls,
            Math.Round((process.TotalProcessorTime - cpu).TotalMicroseconds / calls, 2),
            Math.Round(clock.Elapsed.TotalMicroseconds / calls, 2));
    }

    private static JsonDataConverter Converter() => new(EvalJson.Context.Options);

    private static DurableTaskRegistry Registry() => new DurableTaskRegistry()
        .AddActivity<JsonElement, string>("NoOp", (_, _, _) => Task.FromResult("scored"))
        .AddOrchestrator<string, int>("Chain", async (context, _) =>
        {
            for (var step = 0; ; step++)
            {
                await context.CallActivityAsync<string>("NoOp", "x");
            }
        });

    /// <summary>Three events a step: the turn begins, the last activity has completed, the next one is scheduled.</summary>
    private static OrchestratorRequest History(int events)
    {
        var start = new DateTime(2026, 5, 4, 12, 0, 0, DateTimeKind.Utc);
        var request = new OrchestratorRequest { InstanceId = "chain" };
        var result = JsonSerializer.Serialize(ActivityResult.Completed("\"scored\"").ToJson());
        request.PastEvents.Add(new HistoryEvent { EventId = -1, Timestamp = start.ToTimestamp(), OrchestratorStarted = new OrchestratorStartedEvent() });
        request.PastEvents.Add(new HistoryEvent { EventId = -1, ExecutionStarted = new ExecutionStartedEvent { Name = "Chain", Input = "\"\"" } });
        request.PastEvents.Add(new HistoryEvent { EventId = 0, TaskScheduled = new TaskScheduledEvent { Name = "NoOp" } });
        for (var step = 0; request.PastEvents.Count + request.NewEvents.Count < events; step++)
        {
            var isLast = request.PastEvents.Count + 3 > events - 2;
            var into = isLast ? request.NewEvents : request.PastEvents;
            into.Add(new HistoryEvent { EventId = -1, Timestamp = start.AddSeconds(step).ToTimestamp(), OrchestratorStarted = new OrchestratorStartedEvent() });
            into.Add(new HistoryEvent { EventId = -1, TaskCompleted = new TaskCompletedEvent { TaskScheduledId = step, Result = result } });
            if (isLast)
            {
                break;
            }

            into.Add(new HistoryEvent { EventId = step + 1, TaskScheduled = new TaskScheduledEvent { Name = "NoOp" } });
        }

        return request;
    }

    private static string Body(string binding, string text) =>
        "{\"Data\":{" + $"\"{binding}\":{JsonSerializer.Serialize(JsonSerializer.Serialize(text))}" + """},"Metadata":{"sys":{"MethodName":"F"}}}""";
}
