using System.Text.Json.Serialization;
using FunctionsEval.AbTests;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Cli;

/// <summary>How a run ended: what the command line prints as JSON, and what scripts read.</summary>
/// <param name="BaseUrl">Where its models were called, as the command line said.</param>
/// <param name="ReusedRun">The earlier run whose answers it took over.</param>
/// <param name="AbTest">Only of an A/B test: what each variant came to.</param>
/// <param name="Items">Only of an A/B test: its candidates side by side.</param>
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
    StoppedEarly? StoppedEarly = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ReusedRun = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? BaseUrl = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AbTestAnalysis? AbTest = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<AbTestRow>? Items = null);
