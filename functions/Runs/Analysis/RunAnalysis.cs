using System.Text.Json.Serialization;
using FunctionsEval.Evaluation.Analysis;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Planning;
using FunctionsEval.Statistics.Repeats;
using FunctionsEval.Statistics.Samples;

namespace FunctionsEval.Runs.Analysis;

/// <summary>
/// The analysis of a multi-sample run. The scenario is the unit: a model's mean is the mean of its scenario means, and its spread
/// and interval are over scenarios. All variances divide by n - 1. What the data cannot give is null.
/// </summary>
/// <param name="Scorer">The scorer that the numbers are about: the first of the definition.</param>
/// <param name="Comparisons">Verdicts on pairs of variants; empty when there is one variant or no scorer.</param>
/// <param name="PerScenario">By scenario, then by variant.</param>
/// <param name="VariabilityPValue">Of scenarios that all vary alike: above 0.01 none is called most variable, for that would rank chance.</param>
/// <param name="PassRate">Of cells that pass, by the rules of the definition; null where no scorer passes or fails.</param>
/// <param name="Slices">By tag; null where no scenario has one.</param>
/// <param name="Latencies">How long answers took, of variants that have any; null in analyses of earlier versions.</param>
/// <param name="Labels">By metric, where people labelled answers; null where nobody did.</param>
/// <param name="Judges">What is known of the judges, by scorer; null where no scorer asks one.</param>
/// <param name="Pairwise">By pairwise scorer; null where there is none.</param>
/// <param name="Failures">Why cells failed, each error once; null in analyses of earlier versions.</param>
public sealed record RunAnalysis(
    string RunId,
    string? Scorer,
    DateTimeOffset ComputedAt,
    IReadOnlyList<ModelStatistics> PerModel,
    IReadOnlyList<ScenarioStatistics> PerScenario,
    IReadOnlyList<ScenarioVariance> MostVariableScenarios,
    IReadOnlyList<ScenarioVariance> MostStableScenarios,
    IReadOnlyList<ScorerStatistics> OtherScorers,
    IReadOnlyList<AnalysisWarning> Warnings,
    IReadOnlyList<VariantComparison>? Comparisons = null,
    IReadOnlyList<CellFailures>? Failures = null,
    double? VariabilityPValue = null,
    ScorerStatistics? PassRate = null,
    IReadOnlyList<TagSlice>? Slices = null,
    IReadOnlyList<VariantLatency>? Latencies = null,
    IReadOnlyList<LabelAnalysis>? Labels = null,
    IReadOnlyList<JudgeStatistics>? Judges = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PairwiseAnalysis>? Pairwise = null)
{
    /// <summary>With these statistics by scenario: 0 is the first scorer, the others follow, and the pass rate is last.</summary>
    internal RunAnalysis With(Func<int, IReadOnlyList<ScenarioStatistics>?> perScenario) => this with
    {
        PerScenario = perScenario(0) ?? [],
        OtherScorers = [.. OtherScorers.Select((other, index) => other with { PerScenario = perScenario(index + 1) })],
        PassRate = PassRate is null ? null : PassRate with { PerScenario = perScenario(OtherScorers.Count + 1) },
    };
}

/// <param name="SampleCount">Scored cells.</param>
/// <param name="Consistency">How alike two samples of a scenario are: 1 - 2·(variance within scenarios)/range², 0..1; null without a scale or with one sample.</param>
/// <param name="VarianceBudget">Where the uncertainty of the mean comes from; null with one sample a scenario.</param>
/// <param name="NextDollar">What more calls should be spent on: scenarios or samples.</param>
/// <param name="Allocation">How its samples were shared out over the scenarios; null where all got the same.</param>
/// <param name="Method">Of the interval, in words.</param>
/// <param name="Passes">pass@k and pass^k of scorers that pass or fail.</param>
/// <param name="ConsistencyLabel">high from 0.9, medium from 0.7, low below.</param>
public sealed record ModelStatistics(
    string Variant,
    string Model,
    long SampleCount,
    int ScenarioCount,
    double? Mean,
    double? StdDev,
    double? Variance,
    double? Min,
    double? Max,
    double? Range,
    ConfidenceInterval? ConfidenceInterval,
    double? WithinScenarioVariance,
    double? Consistency,
    string? ConsistencyLabel,
    long Invalid,
    long Failed,
    IReadOnlyList<ScoreBin> Distribution,
    VarianceBudget? VarianceBudget = null,
    string? NextDollar = null,
    AllocationGain? Allocation = null,
    string? Method = null,
    string? Assumption = null,
    ConfidenceInterval? ConsistencyInterval = null,
    Reliability? Reliability = null,
    IReadOnlyList<RepeatedPasses>? Passes = null);

/// <summary>How well scenarios are told apart by a variant's samples.</summary>
/// <param name="Correlation">ICC(1): of two samples of one scenario. Intervals hold for roughly normal scores.</param>
/// <param name="OfMeans">ICC(1,K): how well the scenario means would repeat in a second run.</param>
public sealed record Reliability(double Correlation, ConfidenceInterval? CorrelationInterval, double OfMeans, ConfidenceInterval? OfMeansInterval)
{
    internal static Reliability? Of(VarianceComponents? components) => components is { Correlation: { } correlation, Reliability: { } ofMeans }
        ? new Reliability(correlation, components.CorrelationInterval(MultiSampleAnalysis.Level), ofMeans, components.ReliabilityInterval(MultiSampleAnalysis.Level))
        : null;
}

/// <param name="ItemIndex">Its place in the run; null in analyses of earlier versions.</param>
public sealed record ScenarioStatistics(
    string ScenarioId,
    string ScenarioName,
    string Variant,
    string Model,
    long SampleCount,
    double? Mean,
    double? Variance,
    double? StdDev,
    double? Min,
    double? Max,
    double? Range,
    ConfidenceInterval? ConfidenceInterval,
    int? ItemIndex = null);

/// <summary>A scenario's variance over samples: the mean of its models' variances.</summary>
/// <param name="ItemIndex">Its place in the run; null in analyses of earlier versions.</param>
public sealed record ScenarioVariance(string ScenarioId, string ScenarioName, double Variance, double StdDev, int? ItemIndex = null);

/// <summary>A further scorer of the same cells.</summary>
/// <param name="PerScenario">As <see cref="RunAnalysis.PerScenario"/>; null in analyses of earlier versions.</param>
public sealed record ScorerStatistics(string Scorer, IReadOnlyList<ModelStatistics> PerModel, IReadOnlyList<ScenarioStatistics>? PerScenario = null);
