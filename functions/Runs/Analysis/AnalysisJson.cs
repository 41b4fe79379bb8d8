using System.Text.Json.Serialization;

namespace FunctionsEval.Runs.Analysis;

/// <summary>The analysis of a run, as it is stored and answered.</summary>
[JsonSerializable(typeof(RunAnalysis))]
[JsonSerializable(typeof(IReadOnlyList<ScenarioStatistics>))]
internal sealed partial class AnalysisJson : JsonSerializerContext
{
    public static AnalysisJson Context { get; } = new(JsonRules.NewOptions());
}
