using FunctionsEval.Agents.Artefacts;
using FunctionsEval.Agents.Goals;
using FunctionsEval.Agents.Tasks;

namespace FunctionsEval.Agents.Reviews;

/// <summary>What the rules look at: the agents' pipeline at one moment.</summary>
/// <param name="Open">Tasks that have not ended.</param>
/// <param name="Ended">Tasks that ended within <see cref="EndedFor"/>, oldest first, in short.</param>
/// <param name="Days">Roll-ups of the days within <see cref="DaysBack"/>, today included.</param>
internal sealed record PipelineState(
    DateTimeOffset Now, IReadOnlyList<AgentTask> Open, IReadOnlyList<AgentTask> Ended, IReadOnlyDictionary<DateOnly, DayRollUp> Days, IReadOnlyList<GoalStatus> Goals,
    IReadOnlyList<ArtefactReview> Artefacts, IReadOnlyList<TestHistory> Tests)
{
    public static readonly TimeSpan EndedFor = TimeSpan.FromDays(7);

    public const int DaysBack = 63;

    public DateOnly Today => DateOnly.FromDateTime(Now.UtcDateTime);

    public IEnumerable<AgentTask> Pending => Open.Where(task => task.Status == AgentTaskStatus.Pending);

    public IEnumerable<AgentTask> EndedWithin(TimeSpan age) => Ended.Where(task => Now - task.EndedAt <= age);

    /// <summary>Clocks differ a little: a task may have ended a moment from now.</summary>
    public static Task<EndedTasks> EndedAsync(TaskStore tasks, DateTimeOffset now, CancellationToken cancellationToken) =>
        tasks.EndedAsync(now - EndedFor, now.AddMinutes(2), cancellationToken);

    public static async Task<PipelineState> ReadAsync(
        TaskStore tasks, GoalStore goals, ArtefactStore artefacts, EndedTasks ended, DateTimeOffset now, CancellationToken cancellationToken) => new(
        now,
        await tasks.OpenAsync(cancellationToken),
        ended.All,
        await tasks.DaysAsync(DateOnly.FromDateTime(now.UtcDateTime).AddDays(-DaysBack), cancellationToken),
        await goals.AllAsync(cancellationToken),
        await artefacts.AllAsync(now - EndedFor, cancellationToken),
        await artefacts.TestsAsync(cancellationToken));
}

/// <summary>Looks for one kind of condition. The same state gives the same observations.</summary>
internal interface IReviewRule
{
    IEnumerable<Observation> Look(PipelineState state);
}
