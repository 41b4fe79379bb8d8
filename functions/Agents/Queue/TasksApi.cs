using System.Globalization;
using System.Text.Json;
using FunctionsEval.Agents.Goals;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Agents.Queue;

internal static class TasksApi
{
    private const int MaxShown = 1_000;

    public static void MapTasks(this IEndpointRouteBuilder agent)
    {
        agent.MapPost("/tasks", Add);
        agent.MapGet("/tasks", List);
        agent.MapPost("/tasks/next", Next);
        agent.MapGet("/tasks/{taskId}", Get).WithName("GetAgentTask");
        agent.MapPatch("/tasks/{taskId}", Update);
        agent.MapGet("/priorities", Priorities);
    }

    internal static async Task<Results<CreatedAtRoute<AgentTask>, Ok<AgentTask>, ProblemHttpResult>> Add(
        Body<TaskRequest> body, TaskStore tasks, TaskQueue queue, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (body.Value is not { } request)
        {
            return body.Problem!;
        }

        var now = clock.GetUtcNow();
        if (new TaskRules(now).Check(request).Errors is { Count: > 0 } errors)
        {
            return Problems.Invalid(errors);
        }

        if (await queue.CycleAsync(request, cancellationToken) is { } cycle)
        {
            return Problems.Invalid([new FieldError("depends_on", $"depends_on must not lead back to the task, but does: {Excerpt.Of(string.Join(" -> ", cycle))}.")]);
        }

        var added = new AgentTask(request.TaskId, AgentTaskStatus.Pending, now, now, request);
        var stored = await tasks.ChangeAsync(request.TaskId, task => task is null ? added : null, cancellationToken);
        return stored == added ? TypedResults.CreatedAtRoute(added, "GetAgentTask", new { taskId = added.TaskId })
            : IsSame(stored!.Request, request) ? TypedResults.Ok(stored)
            : Conflict($"Task '{Excerpt.Of(request.TaskId)}' exists, and asks for something else.");
    }

    internal static async Task<Results<Ok<TaskPage>, ProblemHttpResult>> List(
        TaskStore tasks, CancellationToken cancellationToken, bool ended = false, int pageSize = 100, string? continuationToken = null)
    {
        if (Paging.Error(pageSize) is { } error)
        {
            return Problems.Invalid([error]);
        }

        var (page, continuation) = await tasks.PageAsync(areOpen: !ended, pageSize, continuationToken, cancellationToken);
        return TypedResults.Ok(new TaskPage(page, continuation));
    }

    internal static async Task<Results<Ok<AgentTask>, ProblemHttpResult>> Get(string taskId, TaskStore tasks, CancellationToken cancellationToken) =>
        await tasks.FindAsync(TaskRules.FromAddress(taskId), cancellationToken) is { } task ? TypedResults.Ok(task) : Problems.NotFound("Task", taskId);

    /// <summary>Hands out the pending task that comes first.</summary>
    internal static async Task<Results<Ok<NextTask>, ProblemHttpResult>> Next(
        Body<NextTaskRequest> body, TaskQueue queue, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (body.Value is not { } request)
        {
            return body.Problem!;
        }

        var rules = new TaskRules(clock.GetUtcNow()).Id("executor", request.Executor);
        return rules.Errors.Count > 0 ? Problems.Invalid(rules.Errors) : TypedResults.Ok(await queue.TakeAsync(request, cancellationToken));
    }

    /// <summary>The pending tasks in the order in which they are handed out, with the reasons.</summary>
    internal static async Task<Results<Ok<PriorityReport>, ProblemHttpResult>> Priorities(TaskOrder order, CancellationToken cancellationToken, int limit = 100) =>
        limit is < 1 or > MaxShown
            ? Problems.Invalid([new FieldError("limit", string.Create(CultureInfo.InvariantCulture, $"limit must be between 1 and {MaxShown:N0}, but is {limit}."))])
            : TypedResults.Ok(await order.ReportAsync(limit, cancellationToken));

    internal static async Task<Results<Ok<AgentTask>, ProblemHttpResult>> Update(
        string taskId, Body<TaskUpdate> body, TaskStore tasks, GoalStore goals, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (body.Value is not { } update)
        {
            return body.Problem!;
        }

        var now = clock.GetUtcNow();
        if (new TaskRules(now).Check(update).Errors is { Count: > 0 } errors)
        {
            return Problems.Invalid(errors);
        }

        var refused = false;
        var task = await tasks.ChangeAsync(TaskRules.FromAddress(taskId), stored =>
        {
            // The same once more is a message that arrived twice.
            refused = stored is not null && stored.Status.IsEnded() && stored.Status != update.Status;
            return stored is null || stored.Status.IsEnded() || stored.Status == update.Status ? null : update.ApplyTo(stored, now);
        }, cancellationToken);
        await goals.TakeInAsync(task is null || refused ? [] : [task], cancellationToken);
        return task is null ? Problems.NotFound("Task", taskId)
            : refused ? Conflict($"Task '{Excerpt.Of(taskId)}' has ended as {JsonRules.Name(task.Status)}, and cannot become {JsonRules.Name(update.Status)}.")
            : TypedResults.Ok(task);
    }

    private static bool IsSame(TaskRequest? a, TaskRequest b) =>
        a is not null && JsonSerializer.Serialize(a, TasksJson.Context.TaskRequest) == JsonSerializer.Serialize(b, TasksJson.Context.TaskRequest);

    private static ProblemHttpResult Conflict(string message) => TypedResults.Problem(message, statusCode: StatusCodes.Status409Conflict);
}

public sealed record TaskPage(IReadOnlyList<AgentTask> Tasks, string? ContinuationToken);
