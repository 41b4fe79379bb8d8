using FunctionsEval.Runs;

namespace FunctionsEval.Cli;

/// <summary>What scripts can rely on; documented in the README.</summary>
internal static class ExitCodes
{
    public const int Completed = 0;

    /// <summary>The command line or the definition is wrong: nothing was run.</summary>
    public const int Usage = 1;

    public const int CompletedWithFailedCells = 2;

    /// <summary>The store, the disk or the network: nothing is lost, and the run can be resumed.</summary>
    public const int Infrastructure = 3;

    /// <summary>Stopped by Ctrl+C or SIGTERM: the run can be resumed.</summary>
    public const int Interrupted = 130;

    /// <summary>The exit code of a run that has ended, or that is looked at before its end.</summary>
    public static int Of(RunResult result) => result switch
    {
        { Status: RunStatus.Failed } => Infrastructure,
        { Progress.Failed: > 0 } => CompletedWithFailedCells,
        _ => Completed,
    };
}
