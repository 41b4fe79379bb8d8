using System.Text.Json;
using System.Text.RegularExpressions;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FunctionsEval.Datasets;

internal static partial class DatasetsApi
{
    private static readonly Dictionary<string, string> FormatOfType = new(StringComparer.Ordinal)
    {
        ["text/csv"] = "csv",
        ["text/tab-separated-values"] = "tsv",
        ["application/x-ndjson"] = "jsonl",
        ["application/ndjson"] = "jsonl",
        ["application/jsonl"] = "jsonl",
        ["application/x-jsonlines"] = "jsonl",
    };

    private static readonly BodyTypes Tables = new("JSON Lines, CSV or TSV", "application/x-ndjson, text/csv or text/tab-separated-values", FormatOfType.ContainsKey);

    public static void MapDatasets(this IEndpointRouteBuilder api)
    {
        var datasets = api.MapGroup("/datasets");

        // Read as it comes, so its length does not matter.
        datasets.MapPost("/", Add).WithMetadata(new DisableRequestSizeLimitAttribute(), Tables);
        datasets.MapGet("/", List);
        datasets.MapGet("/{name}", Get).WithName("GetDataset");
        datasets.MapGet("/{name}/rows", Rows);
        datasets.MapDelete("/{name}", Remove);
    }

    internal static async Task<Results<CreatedAtRoute<Dataset>, ProblemHttpResult>> Add(
        Stream body, [FromHeader(Name = "Content-Type")] string? contentType, string name, DatasetStore datasets, CancellationToken cancellationToken)
    {
        if (!Name().IsMatch(name))
        {
            return Problems.Invalid([new FieldError("name", $"name must have 1 to 100 letters, digits, dots, dashes and underscores, but is '{Excerpt.Of(name)}'.")]);
        }

        try
        {
            var format = FormatOfType[contentType!.Split(';')[0].Trim().ToLowerInvariant()];
            var dataset = await datasets.AddAsync(name, DatasetFormats.RowsAsync(format, body, columns: null, cancellationToken), cancellationToken);
            return TypedResults.CreatedAtRoute(dataset, "GetDataset", new { name });
        }
        catch (DatasetException problem)
        {
            return Problems.Invalid([new FieldError("", problem.Line is { } line ? $"{problem.Message} (line {line})" : problem.Message)]);
        }
    }

    internal static async Task<Results<Ok<DatasetPage>, ProblemHttpResult>> List(
        DatasetStore datasets, CancellationToken cancellationToken, int pageSize = 50, string? continuationToken = null)
    {
        if (Paging.Error(pageSize) is { } error)
        {
            return Problems.Invalid([error]);
        }

        var (page, continuation) = await datasets.ListAsync(pageSize, continuationToken, cancellationToken);
        return TypedResults.Ok(new DatasetPage(page, continuation));
    }

    internal static async Task<Results<Ok<Dataset>, ProblemHttpResult>> Get(string name, DatasetStore datasets, CancellationToken cancellationToken) =>
        await datasets.FindAsync(name, cancellationToken) is { } dataset ? TypedResults.Ok(dataset) : Problems.NotFound("Data set", name);

    internal static async Task<Results<Ok<DatasetRowPage>, ProblemHttpResult>> Rows(
        string name, DatasetStore datasets, CancellationToken cancellationToken, int pageSize = 100, string? continuationToken = null)
    {
        if (Paging.Error(pageSize) is { } error)
        {
            return Problems.Invalid([error]);
        }

        if (await datasets.FindAsync(name, cancellationToken) is not { } dataset)
        {
            return Problems.NotFound("Data set", name);
        }

        var (page, continuation) = await datasets.PageAsync(dataset, pageSize, continuationToken, cancellationToken);
        return TypedResults.Ok(new DatasetRowPage(page, continuation));
    }

    internal static async Task<Results<NoContent, ProblemHttpResult>> Remove(string name, DatasetStore datasets, CancellationToken cancellationToken) =>
        await datasets.RemoveAsync(name, cancellationToken) ? TypedResults.NoContent() : Problems.NotFound("Data set", name);

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,100}$", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Name();
}

public sealed record DatasetPage(IReadOnlyList<Dataset> Datasets, string? ContinuationToken);

public sealed record DatasetRowPage(IReadOnlyList<JsonElement> Rows, string? ContinuationToken);
