using FunctionsEval.Http;
using FunctionsEval.Runs.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Comparisons;

internal static class ComparisonsApi
{
    public static void MapComparisons(this IEndpointRouteBuilder api) => api.MapGet("/compare", Compare);

    /// <param name="runs">Ids of two to eight runs, comma-separated, the baseline first.</param>
    internal static async Task<Results<Ok<RunsComparison>, ProblemHttpResult>> Compare(
        CompareRuns compare, RunStore store, CancellationToken cancellationToken, string? runs = null)
    {
        var asked = new List<RunRecord>();
        foreach (var id in (runs ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(CompareRuns.MostRuns + 1))
        {
            if (await store.FindAsync(id, cancellationToken) is not { } run)
            {
                return Problems.NotFound("Run", id);
            }

            asked.Add(run);
        }

        try
        {
            return TypedResults.Ok(await compare.CompareAsync(asked, cancellationToken));
        }
        catch (ComparisonException exception)
        {
            return Problems.Invalid([new FieldError("runs", $"runs cannot be compared: {exception.Message}")]);
        }
    }
}
