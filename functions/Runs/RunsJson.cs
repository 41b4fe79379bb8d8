using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Runs.Calls;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.ExternalScoring;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Pairs;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs;

/// <summary>What the endpoints of runs take and answer.</summary>
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
internal sealed partial class RunsJson : JsonSerializerContext
{
    public static RunsJson Context { get; } = new(JsonRules.NewOptions());

    /// <summary>The JSON of all that is about runs: what the endpoints answer, the queue holds and histories keep.</summary>
    public static IJsonTypeInfoResolver OnTheWire { get; } = JsonTypeInfoResolver.Combine(
        Default, RecordsJson.Default, PlansJson.Default, CellsJson.Default, ExternalScoringJson.Default, JudgingJson.Default, AnswersJson.Default, CallsJson.Default,
        AnalysisJson.Default, PairsJson.Default, ActivitiesJson.Default, OrchestrationJson.Default);
}
