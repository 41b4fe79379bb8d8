using System.Diagnostics;
using FunctionsEval.Durable;
using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Protocol;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>The durable client of one call: the orchestrations of the Durable Functions extension, through its endpoint on this machine.</summary>
internal sealed class GrpcDurableTaskClient(GrpcChannel channel, DurableClientBinding binding, JsonDataConverter converter, TimeProvider clock) : DurableTaskClient
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly Uri _address = new(binding.RpcBaseUrl!);
    private readonly (string Name, string Value)[] _metadata = [.. Metadata(binding)];

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        string orchestratorName, object? input, StartOrchestrationOptions? options, CancellationToken cancellationToken)
    {
        var instanceId = options?.InstanceId ?? "";
        if (instanceId.Length > 0)
        {
            InstanceIds.Validate(instanceId);
        }

        var request = new CreateInstanceRequest
        {
            Name = orchestratorName,
            InstanceId = instanceId,
            Version = options?.Version,
            Input = converter.Serialize(input),
            ParentTraceContext = Activity.Current is { Id: { } traceParent } activity
                ? new TraceContext { TraceParent = traceParent, TraceState = activity.TraceStateString }
                : null,
        };
        try
        {
            return (await CallAsync("StartInstance", request, CreateInstanceResponse.Parser, cancellationToken)).InstanceId;
        }
        catch (GrpcException exception) when (exception.Status == GrpcException.AlreadyExists)
        {
            throw new OrchestrationAlreadyExistsException(instanceId);
        }
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload, CancellationToken cancellationToken, string? messageId = null) =>
        CommandAsync(
            instanceId,
            "RaiseEvent",
            new RaiseEventRequest { InstanceId = instanceId, Name = eventName, Input = converter.Serialize(eventPayload) },
            cancellationToken);

    public override Task SuspendInstanceAsync(string instanceId, string? reason, CancellationToken cancellationToken) =>
        CommandAsync(instanceId, "SuspendInstance", new SuspendRequest { InstanceId = instanceId, Reason = reason }, cancellationToken);

    public override Task ResumeInstanceAsync(string instanceId, string? reason, CancellationToken cancellationToken) =>
        CommandAsync(instanceId, "ResumeInstance", new ResumeRequest { InstanceId = instanceId, Reason = reason }, cancellationToken);

    public override Task TerminateInstanceAsync(string instanceId, object? output, bool recursive, CancellationToken cancellationToken) =>
        CommandAsync(
            instanceId,
            "TerminateInstance",
            new TerminateRequest { InstanceId = instanceId, Output = converter.Serialize(output), Recursive = recursive },
            cancellationToken);

    public override async Task<OrchestrationMetadata?> GetInstanceAsync(
        string instanceId, bool getInputsAndOutputs, CancellationToken cancellationToken)
    {
        var request = new GetInstanceRequest { InstanceId = instanceId, GetInputsAndOutputs = getInputsAndOutputs };
        var response = await CallAsync("GetInstance", request, GetInstanceResponse.Parser, cancellationToken);
        return response is { Exists: true, OrchestrationState: { } state } ? Metadata(state) : null;
    }

    public override async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs, CancellationToken cancellationToken)
    {
        while (true)
        {
            var instance = await GetInstanceAsync(instanceId, getInputsAndOutputs, cancellationToken)
                ?? throw new ArgumentException($"There is no orchestration instance '{instanceId}'.", nameof(instanceId));
            if (instance.IsCompleted)
            {
                return instance;
            }

            await Task.Delay(PollInterval, clock, cancellationToken);
        }
    }

    public override async Task<int> PurgeInstanceAsync(string instanceId, bool recursive, CancellationToken cancellationToken)
    {
        if (await GetInstanceAsync(instanceId, getInputsAndOutputs: false, cancellationToken) is not { IsCompleted: true })
        {
            return 0;
        }

        var request = new PurgeInstancesRequest { InstanceId = instanceId, Recursive = recursive };
        return (await CallAsync("PurgeInstances", request, PurgeInstancesResponse.Parser, cancellationToken)).DeletedInstanceCount;
    }

    // Older extensions give one status for every error, so whether there is nobody to take the command is asked for.
    private async Task CommandAsync(string instanceId, string method, IMessage request, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(method, request, Empty.Parser, cancellationToken);
        }
        catch (GrpcException)
        {
            if (await GetInstanceAsync(instanceId, getInputsAndOutputs: false, cancellationToken) is { IsCompleted: false })
            {
                throw;
            }
        }
    }

    private Task<TResponse> CallAsync<TResponse>(string method, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse> => channel.CallAsync(_address, method, _metadata, request, parser, cancellationToken);

    private static IEnumerable<(string Name, string Value)> Metadata(DurableClientBinding binding)
    {
        if (binding.TaskHubName is { Length: > 0 } taskHub)
        {
            yield return ("Durable-TaskHub", taskHub);
        }

        if (binding.ConnectionName is { Length: > 0 } connection)
        {
            yield return ("Durable-ConnectionName", connection);
        }
    }

    private static OrchestrationMetadata Metadata(OrchestrationState state) => new(
        state.Name,
        state.InstanceId,
        (OrchestrationRuntimeStatus)state.OrchestrationStatus,
        Time(state.CreatedTimestamp) ?? default,
        Time(state.LastUpdatedTimestamp) ?? default,
        Time(state.CompletedTimestamp),
        state.Input,
        state.Output,
        state.CustomStatus,
        Details(state.FailureDetails),
        state.ParentInstanceId);

    private static DateTimeOffset? Time(Timestamp? timestamp) => timestamp?.ToDateTimeOffset();

    private static Durable.TaskFailureDetails? Details(Durable.Protocol.TaskFailureDetails? details) => details is null
        ? null
        : new Durable.TaskFailureDetails(
            details.ErrorType, details.ErrorMessage, details.StackTrace, Details(details.InnerFailure), details.IsNonRetriable);
}
