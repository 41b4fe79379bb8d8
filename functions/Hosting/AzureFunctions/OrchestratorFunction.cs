using FunctionsEval.Durable;
using FunctionsEval.Durable.Executor;
using FunctionsEval.Durable.Protocol;
using Google.Protobuf;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>
/// One turn of an orchestration: history in, actions out, both as protobuf in base64. Whatever goes wrong is answered with 200 and a
/// failed orchestration that says why: any other status would fail it too, for good and without a reason.
/// </summary>
internal sealed partial class OrchestratorFunction(DurableTaskRegistry registry, JsonDataConverter converter, ILoggerFactory loggers)
{
    public const string Binding = "context";

    private const string UnknownInstance = "unknown";
    private readonly ILogger _logger = loggers.CreateLogger<OrchestratorFunction>();

    public WrappedReply Run(string name, ReadOnlyMemory<byte> body)
    {
        var instanceId = UnknownInstance;
        OrchestratorResponse response;
        try
        {
            var request = Read(body);
            instanceId = request.InstanceId;
            ActivityWire.Receive(request);
            response = OrchestratorRunner.Run(request, registry, converter, loggers);
            if (response is { Actions.Count: 0, RequiresHistory: false } && !HasBegun(request))
            {
                // Taken as it stands, such an answer would leave the instance waiting for ever.
                throw new MalformedCallException($"The history ({request.PastEvents.Count + request.NewEvents.Count} events) does not begin with ExecutionStarted.");
            }

            ActivityWire.Send(response);
        }
        catch (OutOfMemoryException exception)
        {
            // The one failure that the extension takes for trouble of the moment, and asks again.
            LogTurnFailed(exception, name, instanceId);
            response = Failed(instanceId, exception, new Durable.Protocol.TaskFailureDetails
            {
                ErrorType = typeof(OutOfMemoryException).FullName,
                ErrorMessage = exception.Message,
            });
        }
        catch (Exception exception)
        {
            LogTurnFailed(exception, name, instanceId);
            response = Failed(instanceId, exception, inner: null);
        }

        return new WrappedReply(Convert.ToBase64String(response.ToByteArray()));
    }

    private static OrchestratorRequest Read(ReadOnlyMemory<byte> body)
    {
        var text = WireValue.TextOf(WrappedCall.Parse(body).Value(Binding));
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw new MalformedCallException(
                $"Data.{Binding} ({text.Length} characters) is not base64: the extension speaks protobuf only when FUNCTIONS_WORKER_RUNTIME is 'custom'.");
        }

        try
        {
            var request = OrchestratorRequest.Parser.ParseFrom(bytes);
            return request.InstanceId.Length > 0 ? request : throw new MalformedCallException($"Data.{Binding} ({bytes.Length} bytes) names no instance.");
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new MalformedCallException($"Data.{Binding} ({bytes.Length} bytes) is not an OrchestratorRequest: {exception.Message}");
        }
    }

    private static bool HasBegun(OrchestratorRequest request) =>
        request.PastEvents.Concat(request.NewEvents).Any(historyEvent => historyEvent.EventTypeCase == HistoryEvent.EventTypeOneofCase.ExecutionStarted);

    private static OrchestratorResponse Failed(string instanceId, Exception exception, Durable.Protocol.TaskFailureDetails? inner)
    {
        var details = ActivityError.Of(Durable.TaskFailureDetails.FromException(exception)).ToProtocol();
        details.InnerFailure = inner ?? details.InnerFailure;
        var complete = new CompleteOrchestrationAction
        {
            OrchestrationStatus = OrchestrationStatus.Failed,
            Result = exception.Message,
            FailureDetails = details,
        };
        return new OrchestratorResponse { InstanceId = instanceId, Actions = { new OrchestratorAction { CompleteOrchestration = complete } } };
    }

    [LoggerMessage(LogLevel.Error, "A turn of orchestration {Function} (instance {InstanceId}) could not be run")]
    private partial void LogTurnFailed(Exception exception, string function, string instanceId);
}
