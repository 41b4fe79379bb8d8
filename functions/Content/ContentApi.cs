using System.Globalization;
using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FunctionsEval.Content;

internal static class ContentApi
{
    private static readonly BodyTypes Lines = new("JSON Lines", "application/x-ndjson", type =>
        type is "application/x-ndjson" or "application/ndjson" or "application/x-jsonlines" or "application/jsonl" || BodyTypes.IsJson(type));

    public static void MapContent(this IEndpointRouteBuilder api)
    {
        var content = api.MapGroup("/content");

        // Read as it comes, so its length does not matter.
        content.MapPost("/import", Import).WithMetadata(new DisableRequestSizeLimitAttribute(), Lines);
        content.MapGet("/topics", Topics);
        content.MapGet("/items/{itemId}", Item);
        content.MapGet("/clusters/{clusterId}", Cluster);
    }

    /// <summary>The body is JSON Lines. Lines that can be stored are, whatever the others say.</summary>
    internal static async Task<Results<Ok<ImportReport>, ProblemHttpResult>> Import(Stream body, ImportContent import, CancellationToken cancellationToken)
    {
        var report = await import.RunAsync(body, cancellationToken);
        return report.Refused == 0 ? TypedResults.Ok(report) : ProblemOf(report);
    }

    internal static async Task<Results<Ok<TopicPage>, ProblemHttpResult>> Topics(
        ContentStore content, CancellationToken cancellationToken, int pageSize = 50, string? continuationToken = null)
    {
        if (Paging.Error(pageSize) is { } error)
        {
            return Problems.Invalid([error]);
        }

        var (page, continuation) = await content.TopicsAsync(pageSize, continuationToken, cancellationToken);
        return TypedResults.Ok(new TopicPage(page, continuation));
    }

    internal static async Task<Results<Ok<ContentItem>, ProblemHttpResult>> Item(string itemId, ContentStore content, CancellationToken cancellationToken) =>
        await content.FindItemAsync(itemId, cancellationToken) is { } item ? TypedResults.Ok(item) : Problems.NotFound("Item", itemId);

    internal static async Task<Results<Ok<ClusterView>, ProblemHttpResult>> Cluster(
        string clusterId, ContentStore content, CancellationToken cancellationToken, int pageSize = 100, string? continuationToken = null)
    {
        if (Paging.Error(pageSize) is { } error)
        {
            return Problems.Invalid([error]);
        }

        var (members, continuation) = await content.MembersAsync(clusterId, pageSize, continuationToken, cancellationToken);
        return members.Count == 0 && continuationToken is null
            ? Problems.NotFound("Cluster", clusterId)
            : TypedResults.Ok(new ClusterView(clusterId, members, continuation));
    }

    private static ProblemHttpResult ProblemOf(ImportReport report)
    {
        var byLine = report.Errors
            .GroupBy(error => string.Create(CultureInfo.InvariantCulture, $"line {error.Line}"), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(error => error.Message).ToArray(), StringComparer.Ordinal);
        return TypedResults.Problem(new HttpValidationProblemDetails(byLine)
        {
            Status = StatusCodes.Status400BadRequest,
            Detail = string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Refused} of {report.Lines} lines were left out; {report.Items} items of the others are stored. Correct them and import again: what is there stays as it is."),
        });
    }
}

public sealed record TopicPage(IReadOnlyList<Topic> Topics, string? ContinuationToken);

public sealed record ClusterView(string ClusterId, IReadOnlyList<string> Members, string? ContinuationToken);
