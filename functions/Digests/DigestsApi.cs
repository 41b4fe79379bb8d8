using System.Text.Json;
using FunctionsEval.Content;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Http;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Digests;

internal static class DigestsApi
{
    private const int MaxText = 200;

    public static void MapDigests(this IEndpointRouteBuilder api)
    {
        api.MapGet("/digests", List);
        api.MapGet("/digests/{digestId}", Get);
        api.MapPost("/admin/run", Run);
        api.MapGet("/admin/credits", CreditsNow);
        api.MapPost("/admin/credits", ResetCredits);
    }

    internal static async Task<Results<Ok<DigestPage>, ProblemHttpResult>> List(
        DigestStore digests, CancellationToken cancellationToken, int pageSize = 50, string? continuationToken = null)
    {
        if (Paging.Error(pageSize) is { } error)
        {
            return Problems.Invalid([error]);
        }

        var (page, continuation) = await digests.ListAsync(pageSize, continuationToken, cancellationToken);
        return TypedResults.Ok(new DigestPage(page, continuation));
    }

    internal static async Task<Results<Ok<Digest>, ProblemHttpResult>> Get(
        string digestId, DigestStore digests, RunStore runs, CancellationToken cancellationToken)
    {
        if (await digests.FindAsync(digestId, cancellationToken) is { } digest)
        {
            return TypedResults.Ok(digest);
        }

        return await runs.FindAsync(digestId, cancellationToken) is { Kind: RunRecord.Digest } run
            ? TypedResults.Problem($"There is no digest '{digestId}': its run is {JsonRules.Name(run.Status)}. {run.Course.Reason}".TrimEnd(), statusCode: 404)
            : Problems.NotFound("Digest", digestId);
    }

    /// <summary>Queues a digest; what it selects is decided when the job is worked on.</summary>
    internal static async Task<Results<Ok<DigestQueued>, JsonHttpResult<AdminErrorBody>>> Run(
        RawBody body,
        DigestModel standard,
        RunRules rules,
        ContentStore content,
        StartDigest startDigest,
        CancellationToken cancellationToken)
    {
        var (json, bodyError) = await AdminError.ReadBodyAsync(body, cancellationToken);
        var (request, error) = bodyError is null ? Read(json, standard, rules) : (null, bodyError);
        if (request is null)
        {
            return error!.ToResult(StatusCodes.Status400BadRequest);
        }

        if (await content.FindTopicAsync(request.TopicId, cancellationToken) is not { } topic)
        {
            return new AdminError(AdminError.Forbidden, $"topicId '{request.TopicId}' is not one of your topics.").ToResult(StatusCodes.Status403Forbidden);
        }

        var run = await startDigest.QueueAsync(topic, request, cancellationToken);
        return TypedResults.Ok(new DigestQueued(true, run.RunId, $"{PipelineJob.RunWindow}_{run.RunId}"));
    }

    internal static async Task<Ok<CreditStatus>> CreditsNow(Credits credits, CancellationToken cancellationToken) =>
        TypedResults.Ok(await credits.StatusAsync(cancellationToken));

    /// <summary>The body is <c>{"reset": "daily"}</c> or <c>"monthly"</c>.</summary>
    internal static async Task<Results<Ok<CreditStatus>, JsonHttpResult<AdminErrorBody>>> ResetCredits(
        RawBody body, Credits credits, CancellationToken cancellationToken)
    {
        var (json, error) = await AdminError.ReadBodyAsync(body, cancellationToken);
        if (error is not null || json.ValueKind != JsonValueKind.Object)
        {
            return (error ?? new AdminError(AdminError.InvalidBody, "The body must be a JSON object.")).ToResult(StatusCodes.Status400BadRequest);
        }

        return json.TryGetProperty("reset", out var reset) && reset.ValueKind == JsonValueKind.String && reset.GetString() is "daily" or "monthly"
            ? TypedResults.Ok(await credits.ResetAsync(reset.GetString()!, cancellationToken))
            : new AdminError(AdminError.InvalidParam, "reset must be daily or monthly.").ToResult(StatusCodes.Status400BadRequest);
    }

    private static (DigestRequest? Request, AdminError? Error) Read(JsonElement body, DigestModel standard, RunRules rules)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return (null, new AdminError(AdminError.InvalidBody, "The body must be a JSON object."));
        }

        var errors = new List<FieldError>();
        var fields = new LineFields(body, errors);
        var topicId = fields.Id("topicId", required: true);
        var (start, end) = (fields.Time("windowStart"), fields.Time("windowEnd"));
        var mode = fields.Text("mode", MaxText) ?? "normal";
        var given = fields.Object("providerOverride");
        var model = given is null ? standard.Model : $"{given.Text("provider", MaxText, required: true)}:{given.Text("model", MaxText, required: true)}";
        fields.RejectOthers();
        var message = errors.Count > 0 ? errors[0].Message
            : !Guid.TryParseExact(topicId, "D", out _) ? $"topicId must be a UUID, but is '{topicId}'."
            : start is null || end is null ? "windowStart and windowEnd are required."
            : start >= end ? "windowStart must be before windowEnd."
            : !DigestPlan.Modes.Contains(mode, StringComparer.Ordinal) ? $"mode must be one of {string.Join(", ", DigestPlan.Modes)}, but is '{mode}'."
            : model is null ? $"providerOverride is required: {DigestModel.Variable} is not set."
            : rules.ModelErrors([Variant.Of(model)], baseUrl: null).FirstOrDefault()?.Message;
        return message is null
            ? (new DigestRequest(TopicIds.Normal(topicId!), start!.Value, end!.Value, model!, mode), null)
            : (null, new AdminError(AdminError.InvalidParam, message));
    }
}

public sealed record DigestQueued(bool Ok, string RunId, string JobId);

/// <summary>The model of digests that name none.</summary>
public sealed record DigestModel(string? Model)
{
    public const string Variable = "TRIAGE_MODEL";
}
