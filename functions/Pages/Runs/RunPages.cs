using System.Diagnostics;
using FunctionsEval.Exports;
using FunctionsEval.Http;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Pages.Runs;

internal static class RunPages
{
    private const int PageSize = 25;

    public static void MapRunPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/", List);
        pages.MapGet("/runs", List);
        pages.MapGet("/runs/{runId}", Get);
        pages.MapGet("/runs/{runId}/live", Live);
        pages.MapPost("/runs/{runId}/control", Control).WithMetadata(PageForm.Types);
        pages.MapGet("/runs/{runId}/export", ExportsApi.Export);
        pages.MapPost("/runs/{runId}/retry", Retry).WithMetadata(PageForm.Types);
        pages.MapPost("/runs/{runId}/extend", Extend).WithMetadata(PageForm.Types);
    }

    internal static async Task<Page> List(
        RunStore runs, CellLedger cells, CancellationToken cancellationToken, string? q = null, string? status = null, string? kind = null, string? tag = null, string? after = null)
    {
        var query = new RunQuery(q, status, kind, tag);
        var (found, next) = (new List<RunRecord>(), (string?)null);
        await foreach (var run in runs.FromAsync(after, PageSize + 1, cancellationToken))
        {
            if (!query.Takes(run))
            {
                continue;
            }

            if (found.Count == PageSize)
            {
                next = run.RunId;
                break;
            }

            found.Add(run);
        }

        var counts = await cells.CountAsync(found, cancellationToken);
        return Page.Of<RunListPage>(new { Runs = found.Zip(counts, RunLine.Of).ToList(), Query = query, Next = next, IsFirst = after is null });
    }

    internal static async Task<Results<Page, ProblemHttpResult>> Get(
        string runId, RunStore runs, CellLedger cells, AnalysisStore analyses, CancellationToken cancellationToken, string? sort = null, string? note = null)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return Problems.NotFound("Run", runId);
        }

        return Page.Of<RunOverviewPage>(new
        {
            Line = RunLine.Of(run, await cells.CountAsync(run, cancellationToken)),
            Analysis = await analyses.FindHeadAsync(runId, cancellationToken),
            Interim = run.Status.IsFinished() ? null : await InterimView.ReadAsync(run, cells, cancellationToken),
            Sort = sort,
            Note = note,
        });
    }

    /// <summary>The progress of a run that goes on, for the script to put into its page; "reset" once there is another page to show.</summary>
    internal static async Task<Results<Page, StatusCodeHttpResult, ProblemHttpResult>> Live(
        string runId, RunStore runs, CellLedger cells, CancellationToken cancellationToken, string? status = null)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return Problems.NotFound("Run", runId);
        }

        return Show.Status(run.Status) != status
            ? TypedResults.StatusCode(StatusCodes.Status205ResetContent)
            : Page.Of<RunProgressPart>(new
            {
                Line = RunLine.Of(run, await cells.CountAsync(run, cancellationToken)),
                Interim = await InterimView.ReadAsync(run, cells, cancellationToken),
            });
    }

    internal static async Task<Results<RedirectHttpResult, ProblemHttpResult>> Control(string runId, PageForm form, RunControl control, CancellationToken cancellationToken)
    {
        var outcome = form["action"] switch
        {
            "pause" => await control.PauseAsync(runId, cancellationToken),
            "resume" => await control.ResumeAsync(runId, cancellationToken),
            "cancel" => await control.CancelAsync(runId, cancellationToken),
            _ => null,
        };
        return outcome switch
        {
            ControlOutcome.Changed => TypedResults.Redirect(RunAddress.Of(runId)),
            ControlOutcome.UnknownRun(var id) => Problems.NotFound("Run", id),
            ControlOutcome.WrongState(_, var message) => TypedResults.Problem(message, statusCode: 409),
            null => Problems.Invalid([new FieldError("action", $"action must be pause, resume or cancel, but is '{Excerpt.Of(form["action"] ?? "")}'.")]),
            _ => throw new UnreachableException($"Unhandled {outcome.GetType().Name}"),
        };
    }

    /// <summary>Calls failed cells again, and no others.</summary>
    internal static async Task<Results<RedirectHttpResult, ProblemHttpResult>> Retry(string runId, PageForm form, RetryRun retry, CancellationToken cancellationToken) =>
        await retry.RetryAsync(runId, new RetryRequest(), baseUrl: null, cancellationToken) switch
        {
            RetryOutcome.Retrying or RetryOutcome.Nothing => TypedResults.Redirect(RunAddress.Of(runId)),
            RetryOutcome.UnknownRun(var id) => Problems.NotFound("Run", id),
            RetryOutcome.Rejected(var errors) => Problems.Invalid(errors),
            RetryOutcome.WrongState(var message) => TypedResults.Problem(message, statusCode: 409),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };

    internal static async Task<Results<RedirectHttpResult, ProblemHttpResult>> Extend(string runId, PageForm form, ExtendRun extend, CancellationToken cancellationToken)
    {
        var errors = new List<FieldError>();
        var request = new ExtendRequest(
            form.Number("samplesPerScenario", "Samples", errors),
            form.Number("samplePercentage", "Share of scenarios", errors),
            form["addModel"] is { } model ? [model] : null,
            BudgetUsd: form.Amount("budgetUsd", "Budget", errors));
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        return await extend.ExtendAsync(runId, request, baseUrl: null, cancellationToken) switch
        {
            ExtendOutcome.Extended => TypedResults.Redirect(RunAddress.Of(runId)),
            ExtendOutcome.UnknownRun(var id) => Problems.NotFound("Run", id),
            ExtendOutcome.Rejected(var rejected) => Problems.Invalid(rejected),
            ExtendOutcome.WrongState(var message) => TypedResults.Problem(message, statusCode: 409),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };
    }
}

/// <summary>Addresses of the pages of a run.</summary>
public static class RunAddress
{
    public static string Of(string runId) => $"{PageAccess.Root}/runs/{Uri.EscapeDataString(runId)}";

    public static string Scenarios(string runId) => $"{Of(runId)}/scenarios";

    public static string Scenario(string runId, int item, int sample = 0) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Scenarios(runId)}/{item}{(sample > 0 ? $"?sample={sample + 1}" : "")}");
}

/// <summary>Which runs a list shows; null is all.</summary>
/// <param name="Text">A part of name or id.</param>
public sealed record RunQuery(string? Text, string? Status, string? Kind, string? Tag)
{
    public bool IsEmpty => string.IsNullOrWhiteSpace(Text) && string.IsNullOrEmpty(Status) && string.IsNullOrEmpty(Kind) && string.IsNullOrWhiteSpace(Tag);

    public bool Takes(RunRecord run) =>
        (string.IsNullOrWhiteSpace(Text) || run.Name.Contains(Text.Trim(), StringComparison.OrdinalIgnoreCase) || run.RunId.StartsWith(Text.Trim(), StringComparison.Ordinal))
        && (string.IsNullOrEmpty(Status) || Show.Status(run.Status) == Status)
        && (string.IsNullOrEmpty(Kind) || run.Kind == Kind)
        && (string.IsNullOrWhiteSpace(Tag) || run.Tags?.Contains(Tag.Trim(), StringComparer.OrdinalIgnoreCase) == true);

    public string Address(string? after)
    {
        var parts = new[] { ("q", Text), ("status", Status), ("kind", Kind), ("tag", Tag), ("after", after) }
            .Where(part => !string.IsNullOrEmpty(part.Item2))
            .Select(part => $"{part.Item1}={Uri.EscapeDataString(part.Item2!)}");
        return $"{PageAccess.Root}?{string.Join('&', parts)}".TrimEnd('?');
    }
}

/// <summary>A run with what its counters say.</summary>
public sealed record RunLine(RunRecord Run, RunProgress Progress, RunCost Cost, CallCounts Calls)
{
    internal static RunLine Of(RunRecord run, IReadOnlyList<CellCounts> counts) => new(run, RunProgress.Of(run, counts), RunCost.Of(counts), CallCounts.Of(counts));

    public long Ended => Progress.Completed + Progress.Failed;

    public double Share => Progress.Total == 0 ? 0 : (double)Ended / Progress.Total;
}
