using FunctionsEval.Runs;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Storage;

namespace FunctionsEval.Cli;

/// <summary>Finds runs and their results for the verbs.</summary>
internal static class RunQueries
{
    /// <summary>Opens a store that has to be there already; a mistyped folder must not become an empty store.</summary>
    public static void RequireExistingStore(this Settings settings)
    {
        if (settings.MissingStore() is { } problem)
        {
            throw new UsageException(problem);
        }
    }

    /// <summary>Null when the store is there, or is not on this machine.</summary>
    public static string? MissingStore(this Settings settings)
    {
        var file = Path.Combine(settings.Storage.DataFolder, StorageConnection.FileName);
        return settings.Storage.IsLocal && !File.Exists(file)
            ? $"there is no store in '{settings.Storage.DataFolder}': '{file}' does not exist; run and import make one."
            : null;
    }

    /// <summary>The run of that id, or the newest one that fits.</summary>
    /// <param name="none">What there is when none fits, such as "no unfinished run".</param>
    public static async Task<RunRecord> FindRunAsync(
        this Services services, string? runId, Func<RunRecord, bool> fits, string none, CancellationToken cancellationToken)
    {
        if (runId is not null)
        {
            return await services.Runs.FindAsync(runId, cancellationToken)
                ?? throw new UsageException($"run '{runId}' does not exist in this store.");
        }

        await foreach (var run in services.Runs.AllAsync(cancellationToken))
        {
            if (fits(run))
            {
                return run;
            }
        }

        throw new UsageException($"there is {none} in this store.");
    }

    public static async Task<RunResult> ResultOfAsync(this Services services, string runId, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var run = await services.Runs.GetAsync(runId, cancellationToken);
        var counts = await services.Cells.CountAsync(run, cancellationToken);
        return new RunResult(
            runId,
            run.Status,
            RunProgress.Of(run, counts),
            CallCounts.Of(counts),
            Math.Round(elapsed.TotalSeconds, 3),
            await services.Analyses.FindAsync(runId, cancellationToken),
            run.Reason,
            run.AnalysisError,
            RunCost.Of(counts),
            run.StopReason,
            StoppedEarly.Of(run, counts));
    }
}
