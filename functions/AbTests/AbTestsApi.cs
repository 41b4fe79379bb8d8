using System.Diagnostics;
using System.Globalization;
using FunctionsEval.Http;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.AbTests;

/// <summary>A/B tests, for admins. Whether the feature is on is asked before anything else, so parameters are read by hand.</summary>
internal static class AbTestsApi
{
    private const int RecentRuns = 20;

    public static void MapAbTests(this IEndpointRouteBuilder api)
    {
        var abTests = api.MapGroup("/admin/abtests");
        abTests.MapPost("/", Start);
        abTests.MapGet("/", List);
        abTests.MapGet("/{runId}", Get).WithName("GetAbTest");
        abTests.MapGet("/{runId}/analysis", Analysis);
    }

    internal static async Task<Results<CreatedAtRoute<AbTestStarted>, JsonHttpResult<AdminErrorBody>>> Start(
        RawBody body, AbTestFeature feature, AbTestRequestReader reader, StartAbTest startAbTest, CancellationToken cancellationToken)
    {
        if (!feature.Enabled)
        {
            return Disabled();
        }

        var (json, bodyError) = await AdminError.ReadBodyAsync(body, cancellationToken);
        var (request, error) = bodyError is null ? reader.Read(json) : (null, bodyError);
        if (request is null)
        {
            return error!.ToResult(StatusCodes.Status400BadRequest);
        }

        return await startAbTest.StartAsync(request, baseUrl: null, cancellationToken) switch
        {
            AbTestOutcome.Started(var run) => TypedResults.CreatedAtRoute(
                new AbTestStarted(true, run.RunId, $"{PipelineJob.RunAbTest}_{run.RunId}", run.Items, request.MaxItems), "GetAbTest", new { runId = run.RunId }),
            AbTestOutcome.NotInitialized => new AdminError(AdminError.NotInitialized, "There is no topic yet: import content first.")
                .ToResult(StatusCodes.Status503ServiceUnavailable),
            AbTestOutcome.UnknownTopic(var topicId) => new AdminError(AdminError.Forbidden, $"topicId '{topicId}' is not one of your topics.")
                .ToResult(StatusCodes.Status403Forbidden),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };
    }

    internal static async Task<Results<Ok<AbTestPage>, JsonHttpResult<AdminErrorBody>>> List(
        AbTestFeature feature, RunStore runs, CancellationToken cancellationToken, string? pageSize = null, string? continuationToken = null)
    {
        if (!feature.Enabled)
        {
            return Disabled();
        }

        if (PageSize(pageSize, RecentRuns) is not { } size)
        {
            return BadPageSize(pageSize);
        }

        var given = continuationToken;
        try
        {
            // Other kinds of run lie between them; a page may hold fewer than asked for, and only a null token ends the list.
            var found = new List<RunRecord>();
            do
            {
                var (page, next) = await runs.ListAsync(size - found.Count, continuationToken, cancellationToken);
                found.AddRange(page.Where(run => run.Kind == RunRecord.AbTest));
                continuationToken = next;
            }
            while (found.Count < size && continuationToken is not null);
            return TypedResults.Ok(new AbTestPage(true, [.. found.Select(AbTestView.Of)], continuationToken));
        }
        catch (ContinuationTokenException)
        {
            return BadToken(given);
        }
    }

    internal static async Task<Results<Ok<AbTestDetail>, JsonHttpResult<AdminErrorBody>>> Get(
        string runId,
        AbTestFeature feature,
        RunStore runs,
        CellLedger cells,
        CancellationToken cancellationToken,
        string? pageSize = null,
        string? continuationToken = null)
    {
        var (run, error) = await FindAsync(runId, feature, runs, cancellationToken);
        if (run is null)
        {
            return error!;
        }

        if (PageSize(pageSize, Paging.MaxPageSize) is not { } size)
        {
            return BadPageSize(pageSize);
        }

        try
        {
            var items = await runs.CandidatesAsync(runId, cancellationToken).ToListAsync(cancellationToken);
            var counts = await cells.CountAsync(run, cancellationToken);
            var (page, next) = await cells.PageAsync(run, new CellFilter(), size, continuationToken, cancellationToken);
            return TypedResults.Ok(new AbTestDetail(
                true,
                AbTestView.Of(run),
                RunProgress.Of(run, counts),
                CallCounts.Of(counts),
                [.. run.Variants.Select(AbTestVariantView.Of)],
                [.. items.Select(AbTestItemView.Of)],
                [.. page.Select(AbTestResultView.Of)],
                next));
        }
        catch (ContinuationTokenException)
        {
            return BadToken(continuationToken);
        }
    }

    internal static async Task<Results<Ok<AbTestAnalysis>, JsonHttpResult<AdminErrorBody>>> Analysis(
        string runId, AbTestFeature feature, RunStore runs, AnalyzeAbTest analyze, CancellationToken cancellationToken)
    {
        var (run, error) = await FindAsync(runId, feature, runs, cancellationToken);
        if (run is null)
        {
            return error!;
        }

        return await analyze.RunAsync(run, cancellationToken) is { } analysis
            ? TypedResults.Ok(analysis)
            : new AdminError(AdminError.NotFound, MissingAnalysis.ReasonOf(run)).ToResult(StatusCodes.Status404NotFound);
    }

    private static async Task<(RunRecord? Run, JsonHttpResult<AdminErrorBody>? Error)> FindAsync(
        string runId, AbTestFeature feature, RunStore runs, CancellationToken cancellationToken)
    {
        if (!feature.Enabled)
        {
            return (null, Disabled());
        }

        if (!RunId.IsValid(runId))
        {
            return (null, new AdminError(AdminError.InvalidParam, $"The id of an A/B test is 'r' and 15 more characters, but is '{Excerpt.Of(runId)}'.").ToResult(StatusCodes.Status400BadRequest));
        }

        return await runs.FindAsync(runId, cancellationToken) is { Kind: RunRecord.AbTest } run
            ? (run, null)
            : (null, new AdminError(AdminError.NotFound, $"A/B test '{runId}' does not exist.").ToResult(StatusCodes.Status404NotFound));
    }

    private static JsonHttpResult<AdminErrorBody> Disabled() =>
        new AdminError(AdminError.FeatureDisabled, AbTestFeature.Disabled).ToResult(StatusCodes.Status403Forbidden);

    private static int? PageSize(string? text, int standard) =>
        text is null ? standard
        : int.TryParse(text, CultureInfo.InvariantCulture, out var size) && Paging.Error(size) is null ? size
        : null;

    private static JsonHttpResult<AdminErrorBody> BadPageSize(string? text) =>
        new AdminError(AdminError.InvalidParam, $"pageSize must be a whole number between 1 and {Paging.MaxPageSize}, but is '{Excerpt.Of(text ?? "")}'.")
            .ToResult(StatusCodes.Status400BadRequest);

    private static JsonHttpResult<AdminErrorBody> BadToken(string? token) =>
        new AdminError(AdminError.InvalidParam, Paging.UnknownToken(token).Message).ToResult(StatusCodes.Status400BadRequest);
}
