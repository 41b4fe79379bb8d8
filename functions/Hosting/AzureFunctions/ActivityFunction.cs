using System.Text.Json;
using FunctionsEval.Durable;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>One activity call. It may come again at any time: activities are idempotent here as everywhere.</summary>
internal sealed partial class ActivityFunction(DurableTaskRegistry registry, JsonDataConverter converter, ILogger<ActivityFunction> logger)
{
    public const string Binding = "input";

    public async Task<WrappedReply> RunAsync(string name, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var input = Read(body);
        try
        {
            var result = await registry.RunActivityAsync(
                new ActivityContext(name, input.InstanceId, input.TaskId), input.Input, converter, cancellationToken);
            return new WrappedReply(ActivityResult.Completed(result).ToJson());
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var details = TaskFailureDetails.FromException(exception);
            LogActivityFailed(name, input.TaskId, input.InstanceId, details.ErrorType);
            return new WrappedReply(
                ActivityResult.Failed(details with { IsNonRetriable = details.IsNonRetriable || exception is JsonException }).ToJson(),
                $"Activity {name} (#{input.TaskId}) of instance {input.InstanceId} failed: {details.ErrorType}");
        }
    }

    private static ActivityInput Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            return ActivityInput.Read(WrappedCall.Parse(body).Value(Binding));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new MalformedCallException($"Data.{Binding} is no activity input: {exception.Message}");
        }
    }

    [LoggerMessage(LogLevel.Warning, "Activity {Activity} (#{TaskId}) of instance {InstanceId} failed: {ErrorType}")]
    private partial void LogActivityFailed(string activity, int taskId, string instanceId, string errorType);
}
