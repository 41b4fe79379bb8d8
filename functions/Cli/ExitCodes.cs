using FunctionsEval.Runs.Records;

namespace FunctionsEval.Cli;

/// <summary>What scripts can rely on; documented in the README.</summary>
internal static class ExitCodes
{
    public const int Completed = 0;

    /// <summary>The command line or the definition is wrong: nothing was run.</summary>
    public const int Usage = 1;

    public const int CompletedWithFailedCells = 2;

    /// <summary>A conversion left something out.</summary>
    public const int ConvertedInPart = 4;

    /// <summary>A gate: worse than the baseline beyond chance.</summary>
    public const int Regress = 10;

    /// <summary>A gate: neither a loss nor its absence is shown.</summary>
    public const int Inconclusive = 11;

    /// <summary>A gate: cells, scenarios or metrics are missing.</summary>
    public const int Incomplete = 12;

    /// <summary>A self-test: the verdicts are further from what they promise than chance explains.</summary>
    public const int Unsound = 13;

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
