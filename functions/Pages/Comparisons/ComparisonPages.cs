using FunctionsEval.Comparisons;
using FunctionsEval.Http;
using FunctionsEval.Runs.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Pages.Comparisons;

internal static class ComparisonPages
{
    public static void MapComparisonPages(this IEndpointRouteBuilder pages) => pages.MapGet("/compare", Compare);

    /// <param name="run">Ids of two to eight runs; the oldest is the baseline.</param>
    internal static async Task<Results<Page, ProblemHttpResult>> Compare(CompareRuns compare, RunStore runs, CancellationToken cancellationToken, string[]? run = null)
    {
        var asked = new List<RunRecord>();
        foreach (var id in (run ?? []).Distinct(StringComparer.Ordinal).Take(CompareRuns.MostRuns + 1))
        {
            if (await runs.FindAsync(id, cancellationToken) is not { } found)
            {
                return Problems.NotFound("Run", id);
            }

            asked.Add(found);
        }

        if (asked.Count < 2)
        {
            return Problems.Invalid([new FieldError("run", $"Tick two to {CompareRuns.MostRuns} runs in the list of runs to compare them.")]);
        }

        try
        {
            return Page.Of<ComparePage>(new { Comparison = await compare.CompareAsync([.. asked.OrderBy(one => one.CreatedAt)], cancellationToken), Scorers = asked[0].Scorers });
        }
        catch (ComparisonException exception)
        {
            return Problems.Invalid([new FieldError("run", $"These runs cannot be compared: {exception.Message}")]);
        }
    }
}
