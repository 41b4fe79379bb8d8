using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Budget;

namespace FunctionsEval.Runs;

/// <summary>How a run ended: what the command line prints as JSON, and what scripts read.</summary>
public sealed record RunResult(
    string RunId,
    RunStatus Status,
    RunProgress Progress,
    CallCounts Calls,
    double ElapsedSeconds,
    RunAnalysis? Analysis,
    string? Reason = null,
    string? AnalysisError = null,
    RunCost? Cost = null,
    string? StopReason = null,
    StoppedEarly? StoppedEarly = null);
