using FunctionsEval.Http;
using FunctionsEval.Runs.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Runs.Cells;

/// <summary>The run and those of its cells that a list's query parameters ask for.</summary>
internal sealed record RequestedCells(RunRecord Run, CellFilter Filter)
{
    /// <summary>Null with the problem to answer with: no such run (404), or a parameter out of its bounds (400).</summary>
    public static async Task<(RequestedCells? Requested, ProblemHttpResult? Problem)> FindAsync(
        RunStore runs,
        string runId,
        string? variant,
        string? model,
        int? sampleIndex,
        int? itemIndex,
        int pageSize,
        CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return (null, Problems.NotFound("Run", runId));
        }

        var (filter, filterError) = CellFilter.Of(run, variant, model, sampleIndex, itemIndex);
        return (Paging.Error(pageSize) ?? filterError) is { } error
            ? (null, Problems.Invalid([error]))
            : (new RequestedCells(run, filter), null);
    }
}
