using System.Globalization;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Proposals;
using FunctionsEval.Agents.Queue;
using FunctionsEval.Agents.Reviews;
using FunctionsEval.Agents.Status;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Variants;
using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Pages.Agents;

internal static class AgentPages
{
    public const string Address = $"{PageAccess.Root}/agents";
    public const string Accept = "accept";

    private const int DefaultDays = 7;
    private const int NextShown = 8;
    private const int DecidedShown = 10;
    private const int MinSamples = 30;
    private const double Margin = 0.05;

    public static void MapAgentPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/agents", Get);
        pages.MapPost("/agents/review", ReviewNow).WithMetadata(PageForm.Types);
        pages.MapPost("/agents/proposals/{id}", Decide).WithMetadata(PageForm.Types);
    }

    /// <param name="days">The window of rates and charts, 1 to 90.</param>
    /// <param name="by">What variants are compared by.</param>
    internal static async Task<Results<Page, ProblemHttpResult>> Get(
        MakeStatusReport status, TaskOrder order, TaskMetrics metrics, TaskStore tasks, CompareVariants variants, FindingStore findings, ProposalStore store, MakeProposals proposals,
        CancellationToken cancellationToken, int days = DefaultDays, string by = "prompt_variant")
    {
        var error = MetricsApi.WindowError(days) is not null
            ? new FieldError("days", string.Create(CultureInfo.InvariantCulture, $"days must be between 1 and {MetricsApi.MaxWindowDays}, but is {days}."))
            : CompareVariants.Dimensions.ContainsKey(by) ? null
            : new FieldError("by", $"by must be one of {string.Join(", ", CompareVariants.Dimensions.Keys)}, but is '{Excerpt.Of(by)}'.");
        if (error is not null)
        {
            return Problems.Invalid([error]);
        }

        var report = await metrics.ReportAsync(days, TaskSource.Agents, cancellationToken);
        var all = await store.AllAsync(cancellationToken);
        var shown = all.Where(proposal => proposal.Status == ProposalStatus.Proposed).Concat(all.Where(proposal => proposal.Status != ProposalStatus.Proposed).Take(DecidedShown));
        return Page.Of<AgentsPage>(new
        {
            View = new AgentsView(
                await status.MakeAsync(cancellationToken),
                await order.ReportAsync(NextShown, cancellationToken),
                report,
                DayTotals.Of(report, await tasks.DaysAsync(report.From, cancellationToken)),
                await variants.CompareAsync(new VariantQuestion(by, null, null, days, MinSamples, Margin), cancellationToken),
                await findings.ReportAsync(withResolved: false, cancellationToken),
                [.. await Task.WhenAll(shown.Select(proposal => proposals.ViewAsync(proposal, cancellationToken)))]),
        });
    }

    internal static async Task<RedirectHttpResult> ReviewNow(Review review, CancellationToken cancellationToken)
    {
        await review.RunAsync(cancellationToken);
        return TypedResults.Redirect(Address);
    }

    internal static async Task<Results<RedirectHttpResult, ProblemHttpResult>> Decide(string id, PageForm form, MakeProposals proposals, CancellationToken cancellationToken)
    {
        if (form["decision"] is not (Accept or "reject"))
        {
            return Problems.Invalid([new FieldError("decision", $"decision must be accept or reject, but is '{Excerpt.Of(form["decision"] ?? "")}'.")]);
        }

        var isAccepted = form["decision"] == Accept;
        var decided = isAccepted ? await proposals.AcceptAsync(id, Proposal.Person, cancellationToken) : await proposals.RejectAsync(id, cancellationToken);
        return decided is null ? Problems.NotFound("Proposal", id)
            : decided.Status == (isAccepted ? ProposalStatus.Accepted : ProposalStatus.Rejected) ? TypedResults.Redirect($"{Address}#proposals")
            : TypedResults.Problem($"Proposal '{Excerpt.Of(id)}' is {JsonRules.Name(decided.Status)} already.", statusCode: StatusCodes.Status409Conflict);
    }
}

/// <summary>All that the page of agents shows.</summary>
/// <param name="Days">All days of the window, the first one first.</param>
public sealed record AgentsView(
    StatusReport Status,
    PriorityReport Next,
    MetricsReport Metrics,
    IReadOnlyList<DayTotals> Days,
    VariantReport Variants,
    ReviewReport Findings,
    IReadOnlyList<ProposalView> Proposals)
{
    public string AddressOf(int? days = null, string? by = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{AgentPages.Address}?days={days ?? Metrics.WindowDays}&by={by ?? Variants.By}");
}

/// <summary>What the tasks that ended on a day came to.</summary>
public sealed record DayTotals(DateOnly Day, long Completed, long Failed, long TimedOut, decimal CostUsd)
{
    internal static IReadOnlyList<DayTotals> Of(MetricsReport report, IReadOnlyDictionary<DateOnly, DayRollUp> days) =>
    [
        .. Enumerable.Range(0, report.WindowDays + 1).Select(report.From.AddDays).Select(day =>
            days.GetValueOrDefault(day)?.Total() is { } total
                ? new DayTotals(day, total.Completed, total.Failed, total.TimedOut, UsageMetrics.Of(total).CostUsd)
                : new DayTotals(day, 0, 0, 0, 0)),
    ];
}
