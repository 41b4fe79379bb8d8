using System.Text.Json.Serialization;
using FunctionsEval.Content;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Providers;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Runs.Calls;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.ExternalScoring;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Pairs;

namespace FunctionsEval.Runs;

/// <summary>What runs store, queue and hand to activities, and what their endpoints take and answer.</summary>
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(ScorerInput))]
[JsonSerializable(typeof(RunStatus))]
[JsonSerializable(typeof(PipelineJob))]
[JsonSerializable(typeof(RunInput))]
[JsonSerializable(typeof(RunPlan))]
[JsonSerializable(typeof(BlockInput))]
[JsonSerializable(typeof(BlockResult))]
[JsonSerializable(typeof(AllocatedBlockInput))]
[JsonSerializable(typeof(CellInput))]
[JsonSerializable(typeof(LookInput))]
[JsonSerializable(typeof(CompleteRunInput))]
[JsonSerializable(typeof(CellError))]
[JsonSerializable(typeof(IReadOnlyList<NamedScore>))]
[JsonSerializable(typeof(KeptJudgement))]
[JsonSerializable(typeof(JudgeUsage))]
[JsonSerializable(typeof(PairInput))]
[JsonSerializable(typeof(PairDetails))]
[JsonSerializable(typeof(Transcript))]
[JsonSerializable(typeof(IReadOnlyList<ProviderCall>))]
[JsonSerializable(typeof(CandidateSnapshot))]
[JsonSerializable(typeof(RunAnalysis))]
[JsonSerializable(typeof(IReadOnlyList<ScenarioStatistics>))]
[JsonSerializable(typeof(RunView))]
[JsonSerializable(typeof(RunPage))]
[JsonSerializable(typeof(CellPage))]
[JsonSerializable(typeof(ItemView))]
[JsonSerializable(typeof(RunEstimate))]
[JsonSerializable(typeof(StartRunRequest))]
[JsonSerializable(typeof(ExtendRequest))]
[JsonSerializable(typeof(RetryRequest))]
[JsonSerializable(typeof(RescoreRequest))]
[JsonSerializable(typeof(TagsRequest))]
[JsonSerializable(typeof(IReadOnlyList<VariantUsage>))]
[JsonSerializable(typeof(ProviderCallPage))]
[JsonSerializable(typeof(string))]
internal sealed partial class RunsJson : JsonSerializerContext
{
    public static RunsJson Context { get; } = new(JsonRules.NewOptions());
}
