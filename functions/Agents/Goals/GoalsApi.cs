using System.Globalization;
using System.Text;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Agents.Goals;

internal static class GoalsApi
{
    private static readonly BodyTypes Markdown = new("Markdown", "text/markdown", type => type == "text/markdown");

    public static void MapGoals(this IEndpointRouteBuilder agent)
    {
        agent.MapGet("/goals", List);
        agent.MapGet("/goals/{id}", Get);
        agent.MapPut("/goals/{id}", Put);
        agent.MapPut("/goals/{id}/backlog", Import).WithMetadata(Markdown);
    }

    internal static async Task<Ok<GoalPage>> List(GoalStore goals, CancellationToken cancellationToken) =>
        TypedResults.Ok(new GoalPage([.. (await goals.AllAsync(cancellationToken)).Select(status => status with { Backlog = [] })]));

    internal static async Task<Results<Ok<GoalStatus>, ProblemHttpResult>> Get(string id, GoalStore goals, CancellationToken cancellationToken) =>
        await goals.FindAsync(TaskRules.FromAddress(id), cancellationToken) is { } goal ? TypedResults.Ok(await goals.StatusAsync(goal, cancellationToken)) : Problems.NotFound("Goal", id);

    internal static async Task<Results<Ok<GoalStatus>, ProblemHttpResult>> Put(
        string id, Body<GoalRequest> body, GoalStore goals, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (body.Value is not { } request)
        {
            return body.Problem!;
        }

        id = TaskRules.FromAddress(id);
        var rules = new TaskRules(clock.GetUtcNow()).Id("id", id);
        rules.Text("name", request.Name, TaskRules.MaxId);
        rules.Range("target.count", request.Target?.Count, 1, MarkdownBacklog.MaxItems);
        rules.Range("target.share", request.Target?.Share, 0.01, 1);
        return rules.Errors.Count > 0
            ? Problems.Invalid(rules.Errors)
            : TypedResults.Ok(await goals.StatusAsync(await goals.PutAsync(id, request, cancellationToken), cancellationToken));
    }

    /// <summary>The body is the whole backlog as Markdown.</summary>
    internal static async Task<Results<Ok<GoalStatus>, ProblemHttpResult>> Import(
        string id, RawBody body, GoalStore goals, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await goals.FindAsync(TaskRules.FromAddress(id), cancellationToken) is not { } goal)
        {
            return Problems.NotFound("Goal", id);
        }

        var utf8 = await body.ReadAsync(cancellationToken);
        if (!System.Text.Unicode.Utf8.IsValid(utf8.Span))
        {
            return Problems.Invalid([new FieldError("", "The backlog must be UTF-8.")]);
        }

        var items = MarkdownBacklog.Read(Encoding.UTF8.GetString(utf8.Span), clock.GetUtcNow());
        var error = items.Count is 0 or > MarkdownBacklog.MaxItems
            ? new FieldError("", string.Create(CultureInfo.InvariantCulture, $"The backlog must have 1 to {MarkdownBacklog.MaxItems:N0} items (lines such as '1. text' or '- [ ] text'), but has {items.Count:N0}."))
            : items.FirstOrDefault(item => item.Text.Length > MarkdownBacklog.MaxText) is { } longest
                ? new FieldError("", string.Create(CultureInfo.InvariantCulture, $"An item must have at most {MarkdownBacklog.MaxText:N0} characters, but '{Excerpt.Of(longest.Text)}' has {longest.Text.Length:N0}."))
                : null;
        if (error is not null)
        {
            return Problems.Invalid([error]);
        }

        await goals.ImportAsync(goal.GoalId, items, cancellationToken);
        return TypedResults.Ok(await goals.StatusAsync(goal, cancellationToken));
    }
}

/// <param name="Goals">Without their backlogs.</param>
public sealed record GoalPage(IReadOnlyList<GoalStatus> Goals);
