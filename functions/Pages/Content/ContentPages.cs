using FunctionsEval.Content;
using FunctionsEval.Digests;
using FunctionsEval.Http;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Pages.Content;

internal static class ContentPages
{
    private const int PageSize = 50;
    private const int RecentTests = 20;
    private const int RunsLookedAt = 1000;

    public static void MapContentPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/content", Content);
        pages.MapGet("/digests", Digests);
        pages.MapGet("/digests/{digestId}", Digest);
    }

    internal static async Task<Page> Content(
        ContentStore content, RunStore runs, AbTestFeature feature, CancellationToken cancellationToken, string? after = null)
    {
        var (topics, next) = await content.TopicsAsync(PageSize, after, cancellationToken);
        var tests = await runs.FromAsync(null, PageSize, cancellationToken).Take(RunsLookedAt).Where(run => run is { Kind: RunRecord.AbTest, Content.Window: not null })
            .Take(RecentTests).ToListAsync(cancellationToken);
        return Page.Of<ContentPage>(new { Topics = topics, Next = next, Tests = tests, IsEnabled = feature.Enabled });
    }

    internal static async Task<Page> Digests(DigestStore digests, Credits credits, CancellationToken cancellationToken, string? after = null)
    {
        var (page, next) = await digests.ListAsync(PageSize, after, cancellationToken);
        return Page.Of<DigestListPage>(new { Digests = page, Next = next, Credits = await credits.StatusAsync(cancellationToken) });
    }

    internal static async Task<Results<Page, ProblemHttpResult>> Digest(string digestId, DigestStore digests, CancellationToken cancellationToken) =>
        await digests.FindAsync(digestId, cancellationToken) is { } digest
            ? Page.Of<DigestDetailPage>(new { Digest = digest })
            : Problems.NotFound("Digest", digestId);
}
