using FunctionsEval.TestKit.FunctionsHost.Calls;
using FunctionsEval.TestKit.FunctionsHost.Configuration;
using FunctionsEval.TestKit.FunctionsHost.Handler;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>Calls activities, a bounded number at a time, and makes events of their endings.</summary>
internal sealed class ActivityDispatcher(
    IReadOnlyList<FunctionDefinition> functions, FunctionInvoker invoker, DurableSettings settings, BackgroundWork work, HostLog log) : IDisposable
{
    private readonly Dictionary<string, FunctionDefinition> _activities = functions.Where(function => function.Trigger.IsOfType("activityTrigger"))
        .ToDictionary(function => function.TaskName, StringComparer.OrdinalIgnoreCase);

    private readonly SemaphoreSlim _running = new(settings.MaxActivities);

    public void Dispatch(string instanceId, OrchestratorAction.ScheduleTask task, Action<HistoryEvent> answer) =>
        work.Start(async cancellationToken => answer(await RunAsync(instanceId, task, cancellationToken)));

    public void Dispose() => _running.Dispose();

    private async Task<HistoryEvent> RunAsync(string instanceId, OrchestratorAction.ScheduleTask task, CancellationToken cancellationToken)
    {
        // The name of an unknown activity is lost on its way through the protocol: a failure without details.
        if (!_activities.TryGetValue(task.Name, out var function))
        {
            log.Write($"The function '{task.Name}' doesn't exist, is disabled, or is not an activity function.");
            return new HistoryEvent.TaskFailed(task.Id, Failure: null);
        }

        await _running.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                try
                {
                    var result = await invoker.InvokeAsync(Call(function, instanceId, task.Input), cancellationToken);
                    return new HistoryEvent.TaskCompleted(task.Id, result.ReturnJson);
                }
                catch (FunctionTimeoutException e)
                {
                    // A failure of the platform: the message is given up and comes again.
                    log.Write($"Activity {task.Id} of '{instanceId}' is redelivered: {e.Message}");
                }
            }
        }
        catch (FunctionInvocationException e)
        {
            return new HistoryEvent.TaskFailed(task.Id, Failure(e));
        }
        finally
        {
            _running.Release();
        }
    }

    private static WrappedCall Call(FunctionDefinition function, string instanceId, string? input)
    {
        // Newtonsoft reads the input once: blanks go, decimals become doubles.
        var value = input is null ? null : JsonConvert.DeserializeObject<JToken>(input, new JsonSerializerSettings { DateParseHandling = DateParseHandling.None });
        var text = value?.ToString(Formatting.None);
        var data = new BindingData().With("instanceId", instanceId).With("data", value).With(function.Trigger.Name, value).WithPropertiesOf(text);
        return new WrappedCall(function, [(function.Trigger.Name, text)], data);
    }

    // Whatever the handler answered, this is all that an orchestration learns of it.
    private static FailureDetails Failure(FunctionInvocationException e) => new(
        "Microsoft.Azure.WebJobs.Host.FunctionInvocationException",
        e.Message,
        Inner: new FailureDetails(e.InnerException!.GetType().FullName!, e.InnerException.Message));
}
