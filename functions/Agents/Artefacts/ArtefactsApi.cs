using System.Globalization;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Agents.Artefacts;

internal static class ArtefactsApi
{
    public static void MapArtefacts(this IEndpointRouteBuilder agent) => agent.MapPost("/artefacts", Check);

    internal static async Task<Results<Ok<ArtefactReview>, ProblemHttpResult>> Check(
        Body<ArtefactRequest> body, CheckArtefact check, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (body.Value is not { } request)
        {
            return body.Problem!;
        }

        var rules = new TaskRules(clock.GetUtcNow()).Id("task_id", request.TaskId);
        rules.Optional("commit", request.Commit, 100);
        rules.Optional("spec_task", request.SpecTask, TaskRules.MaxId);
        if (request.Content.Length is 0 or > TestReports.MaxCharacters)
        {
            rules.Fail("content", string.Create(CultureInfo.InvariantCulture, $"must have 1 to {TestReports.MaxCharacters:N0} characters, but has {request.Content.Length:N0}"));
        }

        if (request is { Kind: ArtefactKind.TestResults, Commit: null })
        {
            rules.Fail("commit", "is required for test results, but missing");
        }

        if (rules.Errors.Count > 0)
        {
            return Problems.Invalid(rules.Errors);
        }

        try
        {
            return TypedResults.Ok(await check.CheckAsync(request, cancellationToken));
        }
        catch (ArtefactException exception)
        {
            return Problems.Invalid([new FieldError("content", $"content of kind {JsonRules.Name(request.Kind)}: {exception.Message}")]);
        }
    }
}
