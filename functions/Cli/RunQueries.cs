using System.Diagnostics;
using FunctionsEval.Local;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage.Connection;

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

    /// <summary>The run of that id, of those first characters of one, or <c>latest</c>; without any, the newest one that fits.</summary>
    /// <param name="none">What there is when none fits, such as "no unfinished run".</param>
    public static async Task<RunRecord> FindRunAsync(
        this LocalProgram program, string? runId, Func<RunRecord, bool> fits, string none, CancellationToken cancellationToken)
    {
        var finder = program.Get<RunFinder>();
        var reference = runId is not null ? await finder.FindAsync(runId, cancellationToken)
            : await finder.FirstAsync(fits, cancellationToken) is { } first ? new RunReference.Found(first)
            : new RunReference.NotFound($"there is {none} in this store.");
        switch (reference)
        {
            case RunReference.Found(var found):
                return found;
            case RunReference.NotFound(var message):
                program.Storage.ThrowIfDamaged();
                throw new UsageException(message);
            case var other:
                throw new UnreachableException($"Unhandled {other.GetType().Name}");
        }
    }

    /// <summary>The run that an argument names.</summary>
    public static Task<RunRecord> FindRunAsync(this LocalProgram program, string reference, CancellationToken cancellationToken) =>
        program.FindRunAsync(reference, _ => true, "no run", cancellationToken);

    public static async Task<RunResult> ResultOfAsync(this LocalProgram program, string runId, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var run = await program.Get<RunStore>().GetAsync(runId, cancellationToken);
        var counts = await program.Get<CellLedger>().CountAsync(run, cancellationToken);
        return new RunResult(
            runId,
            run.Status,
            RunProgress.Of(run, counts),
            CallCounts.Of(counts),
            Math.Round(elapsed.TotalSeconds, 3),
            await program.Get<AnalysisStore>().FindAsync(runId, cancellationToken),
            run.Course.Reason,
            run.Course.AnalysisError,
            RunCost.Of(counts),
            run.Course.StopReason,
            StoppedEarly.Of(run, counts),
            run.ReusedRun,
            run.Calls.BaseUrl);
    }
}
