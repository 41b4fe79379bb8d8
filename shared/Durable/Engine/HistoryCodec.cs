using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Executor;
using FunctionsEval.Durable.Protocol;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace FunctionsEval.Durable.Engine;

/// <summary>States and events as the bytes that stores keep. The input of an instance is not part of its state's bytes.</summary>
public static class HistoryCodec
{
    public static byte[] Encode(IReadOnlyList<HistoryEvent> events)
    {
        var batch = new HistoryBatch();
        batch.Events.AddRange(events);
        return batch.ToByteArray();
    }

    public static IReadOnlyList<HistoryEvent> DecodeEvents(byte[] bytes) => HistoryBatch.Parser.ParseFrom(bytes).Events;

    public static byte[] Encode(InstanceState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var stored = new StoredState
        {
            InstanceId = state.InstanceId,
            Name = state.Name,
            ExecutionId = state.ExecutionId,
            Status = (OrchestrationStatus)state.Status,
            Version = state.Version,
            Output = state.Output,
            CustomStatus = state.CustomStatus,
            FailureDetails = state.FailureDetails?.ToProtocol(),
            Parent = state.Parent?.ToProtocol(),
            CreatedAt = state.CreatedAt.ToTimestamp(),
            LastUpdatedAt = state.LastUpdatedAt.ToTimestamp(),
            CompletedAt = state.CompletedAt?.ToTimestamp(),
            FirstCommit = state.FirstCommit,
            NextCommit = state.NextCommit,
        };
        stored.Received.AddRange(state.Received);
        stored.Outbox.AddRange(state.Outbox);
        return stored.ToByteArray();
    }

    public static InstanceState DecodeState(byte[] bytes, string? input)
    {
        var stored = StoredState.Parser.ParseFrom(bytes);
        return new InstanceState(stored.InstanceId, stored.Name, stored.ExecutionId)
        {
            Status = (OrchestrationRuntimeStatus)stored.Status,
            Version = stored.Version,
            Input = input,
            Output = stored.Output,
            CustomStatus = stored.CustomStatus,
            FailureDetails = stored.FailureDetails?.FromProtocol(),
            Parent = stored.Parent is { } parent ? ParentLink.FromProtocol(parent) : null,
            CreatedAt = stored.CreatedAt.ToDateTimeOffset(),
            LastUpdatedAt = stored.LastUpdatedAt.ToDateTimeOffset(),
            CompletedAt = stored.CompletedAt?.ToDateTimeOffset(),
            FirstCommit = stored.FirstCommit,
            NextCommit = stored.NextCommit,
            Received = stored.Received,
            Outbox = stored.Outbox,
        };
    }
}
