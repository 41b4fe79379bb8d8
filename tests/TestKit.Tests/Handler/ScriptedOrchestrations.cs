using System.Text.Json;
using FunctionsEval.Durable;
using FunctionsEval.Durable.Executor;
using FunctionsEval.Durable.Protocol;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.TestKit.Tests.Handler;

/// <summary>Orchestrations, and the ways in which an orchestrator call can go wrong.</summary>
internal static class ScriptedOrchestrations
{
    private static readonly DurableTaskRegistry Registry = new DurableTaskRegistry()
        .AddOrchestrator("Chain", async context =>
        {
            var value = context.GetInput<int>();
            for (var step = 0; step < 5; step++)
            {
                value = await context.CallActivityAsync<int>("Echo", value + 1);
            }

            return value;
        })
        .AddOrchestrator("FanOut", async context =>
            (await Task.WhenAll(Enumerable.Range(0, context.GetInput<int>()).Select(_ => context.CallActivityAsync<int>("Slow")).ToList())).Max())
        .AddOrchestrator("Sees", async context => await context.CallActivityAsync<JsonElement>("See", context.GetInput<JsonElement>()))
        .AddOrchestrator("Call", async context => await context.CallActivityAsync<object?>(context.GetInput<string>()!))
        .AddOrchestrator("Retries", async context => await context.CallActivityAsync<object?>(
            "Flaky", options: new TaskOptions(new RetryPolicy(5, TimeSpan.FromMinutes(10)))))
        .AddOrchestrator("Parent", async context =>
        {
            context.SetCustomStatus("waiting for a child");
            return await context.CallSubOrchestratorAsync<int>(
                "Chain", context.GetInput<int>(), new SubOrchestrationOptions(InstanceId: context.InstanceId + "-child"));
        })
        .AddOrchestrator("ParentOf", async context =>
        {
            try
            {
                return await context.CallSubOrchestratorAsync<object?>(context.GetInput<string>()!);
            }
            catch (TaskFailedException e)
            {
                return e.FailureDetails.ErrorMessage;
            }
        })
        .AddOrchestrator("ExitsWith", async context => await context.CallActivityAsync<object?>("Exit", context.GetInput<int>()))
        .AddOrchestrator("Throws", _ => throw new InvalidOperationException("as it was told"))
        .AddOrchestrator("Sleeps", async context =>
        {
            await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            return "rested";
        })
        .AddOrchestrator("Collects", async context =>
        {
            var sum = context.GetInput<int>() + await context.WaitForExternalEvent<int>("Number");
            if (sum < 10)
            {
                context.ContinueAsNew(sum);
            }

            return sum;
        })
        .AddOrchestrator("Tells", context =>
        {
            context.SendEvent(context.GetInput<string>()!, "Number", 100);
            return Task.FromResult<object?>("told");
        });

    public static bool Knows(string function) => function == "Odd" || Registry.OrchestratorNames.Contains(function, StringComparer.OrdinalIgnoreCase);

    public static async Task AnswerAsync(HttpContext context, JsonElement body)
    {
        var request = OrchestratorRequest.Parser.ParseFrom(ScriptedHandler.Unwrap(body.GetProperty("Data").GetProperty("context")).GetBytesFromBase64());
        var started = request.PastEvents.Concat(request.NewEvents).First(happened => happened.ExecutionStarted is not null).ExecutionStarted;
        if (started.Name == "Odd")
        {
            await AnswerOddlyAsync(context, JsonSerializer.Deserialize<string>(started.Input)!, request.InstanceId);
            return;
        }

        var response = OrchestratorRunner.Run(request, Registry, new JsonDataConverter(JsonSerializerOptions.Web), NullLoggerFactory.Instance);
        await ReturnAsync(context, Convert.ToBase64String(response.ToByteArray()));
    }

    private static Task ReturnAsync(HttpContext context, object? value) =>
        context.Response.WriteAsJsonAsync(new Dictionary<string, object?> { ["Outputs"] = new { }, ["ReturnValue"] = value });

    private static async Task AnswerOddlyAsync(HttpContext context, string how, string instanceId)
    {
        var mark = Path.Combine(Environment.GetEnvironmentVariable("FUNCTIONS_APP_ROOT_PATH")!, $"{instanceId}.once");
        var isFirst = !File.Exists(mark);
        await File.WriteAllTextAsync(mark, "");
        var done = new OrchestratorResponse { InstanceId = instanceId, Actions = { Completion(OrchestrationStatus.Completed) } };
        var outOfMemory = Completion(OrchestrationStatus.Failed);
        outOfMemory.CompleteOrchestration.FailureDetails = new Durable.Protocol.TaskFailureDetails
        {
            ErrorType = "Outer",
            InnerFailure = new Durable.Protocol.TaskFailureDetails { ErrorType = "System.OutOfMemoryException" },
        };
        var far = new OrchestratorAction { CreateTimer = new CreateTimerAction { FireAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(DateTime.UtcNow.AddDays(7)) } };
        switch (how)
        {
            case "status 500 once" when isFirst:
            case "status 500":
                context.Response.StatusCode = 500;
                break;
            case "no base64":
                await ReturnAsync(context, "%%%");
                break;
            case "no protobuf":
                await ReturnAsync(context, Convert.ToBase64String([0x0F, 0xFF, 0xFF]));
                break;
            case "null":
                await ReturnAsync(context, null);
                break;
            case "exit once" when isFirst:
                Environment.Exit(7);
                break;
            case "requires history once" when isFirst:
                await ReturnAsync(context, Convert.ToBase64String(new OrchestratorResponse { InstanceId = instanceId, RequiresHistory = true }.ToByteArray()));
                break;
            case "out of memory once" when isFirst:
                await ReturnAsync(context, Convert.ToBase64String(new OrchestratorResponse { InstanceId = instanceId, Actions = { outOfMemory } }.ToByteArray()));
                break;
            case "terminates another":
                await ReturnAsync(context, Convert.ToBase64String(
                    new OrchestratorResponse { InstanceId = instanceId, Actions = { new OrchestratorAction { TerminateOrchestration = new() } } }.ToByteArray()));
                break;
            case "timer of a week":
                await ReturnAsync(context, Convert.ToBase64String(new OrchestratorResponse { InstanceId = instanceId, Actions = { far } }.ToByteArray()));
                break;
            default:
                await ReturnAsync(context, Convert.ToBase64String(done.ToByteArray()));
                break;
        }
    }

    private static OrchestratorAction Completion(OrchestrationStatus status) =>
        new() { CompleteOrchestration = new CompleteOrchestrationAction { OrchestrationStatus = status, Result = "\"done\"" } };
}
