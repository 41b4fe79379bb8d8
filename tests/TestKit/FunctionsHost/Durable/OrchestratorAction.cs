namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>What an orchestrator asks for.</summary>
internal abstract record OrchestratorAction(int Id)
{
    public sealed record ScheduleTask(int Id, string Name, string? Version, string? Input) : OrchestratorAction(Id);

    public sealed record CreateSubOrchestration(int Id, string InstanceId, string Name, string? Version, string? Input) : OrchestratorAction(Id);

    public sealed record CreateTimer(int Id, DateTimeOffset FireAt) : OrchestratorAction(Id);

    public sealed record SendEvent(int Id, string InstanceId, string Name, string? Data) : OrchestratorAction(Id);

    public sealed record Complete(
        int Id,
        OrchestrationStatus Status,
        string? Result,
        string? NewVersion,
        IReadOnlyList<HistoryEvent.EventRaised> CarriedOver,
        FailureDetails? Failure) : OrchestratorAction(Id);
}
