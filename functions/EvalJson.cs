using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using FunctionsEval.AbTests;
using FunctionsEval.Agents;
using FunctionsEval.Cli;
using FunctionsEval.Content;
using FunctionsEval.Definitions;
using FunctionsEval.Digests;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Gates;
using FunctionsEval.Health;
using FunctionsEval.Planning;
using FunctionsEval.Providers;
using FunctionsEval.Reviews;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Calls;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.SelfTests;

namespace FunctionsEval;

/// <summary>All JSON of the program: HTTP bodies, queue messages, stored payloads and orchestration histories share these rules.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(CellError))]
[JsonSerializable(typeof(IReadOnlyList<NamedScore>))]
[JsonSerializable(typeof(Transcript))]
[JsonSerializable(typeof(IReadOnlyList<ProviderCall>))]
[JsonSerializable(typeof(PipelineJob))]
[JsonSerializable(typeof(RunInput))]
[JsonSerializable(typeof(RunPlan))]
[JsonSerializable(typeof(BlockInput))]
[JsonSerializable(typeof(BlockResult))]
[JsonSerializable(typeof(AllocatedBlockInput))]
[JsonSerializable(typeof(CellInput))]
[JsonSerializable(typeof(LookInput))]
[JsonSerializable(typeof(CompleteRunInput))]
[JsonSerializable(typeof(RunStatus))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(DefinitionHead))]
[JsonSerializable(typeof(RunAnalysis))]
[JsonSerializable(typeof(IReadOnlyList<ScenarioStatistics>))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(RunView))]
[JsonSerializable(typeof(RunPage))]
[JsonSerializable(typeof(CellPage))]
[JsonSerializable(typeof(ItemView))]
[JsonSerializable(typeof(RunEstimate))]
[JsonSerializable(typeof(StartRunRequest))]
[JsonSerializable(typeof(DefinitionView))]
[JsonSerializable(typeof(DefinitionPage))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(HealthStatus))]
[JsonSerializable(typeof(Finding))]
[JsonSerializable(typeof(ReviewReport))]
[JsonSerializable(typeof(Topic))]
[JsonSerializable(typeof(Source))]
[JsonSerializable(typeof(ContentItem))]
[JsonSerializable(typeof(TimelineEntry))]
[JsonSerializable(typeof(ImportReport))]
[JsonSerializable(typeof(TopicPage))]
[JsonSerializable(typeof(ClusterView))]
[JsonSerializable(typeof(CandidateSnapshot))]
[JsonSerializable(typeof(AdminErrorBody))]
[JsonSerializable(typeof(AbTestStarted))]
[JsonSerializable(typeof(AbTestPage))]
[JsonSerializable(typeof(AbTestDetail))]
[JsonSerializable(typeof(AbTestAnalysis))]
[JsonSerializable(typeof(Digest))]
[JsonSerializable(typeof(IReadOnlyList<DigestItem>))]
[JsonSerializable(typeof(DigestPage))]
[JsonSerializable(typeof(DigestQueued))]
[JsonSerializable(typeof(CreditStatus))]
[JsonSerializable(typeof(ProviderCallPage))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(GateReport))]
[JsonSerializable(typeof(ExtendRequest))]
[JsonSerializable(typeof(RescoreRequest))]
[JsonSerializable(typeof(SelfTestReport))]
[JsonSerializable(typeof(PlanRequest))]
[JsonSerializable(typeof(PlanReport))]
internal sealed partial class EvalJson : JsonSerializerContext
{
    // Text stays as it was written: a transcript in Chinese would be three times as long in \u escapes.
    public static EvalJson Context { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>An enum member as it stands in JSON and in tables.</summary>
    public static string Name<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>
    /// The rules for requests, set on the options that minimal APIs really use: unknown properties and nulls for what may not be
    /// null are errors, not silence.
    /// </summary>
    public static void ApplyRequestRules(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, Default);
        options.TypeInfoResolverChain.Add(AgentsJson.OnTheWire);
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
    }
}

/// <summary>Enum members as snake_case text.</summary>
internal sealed class SnakeCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower)
    where TEnum : struct, Enum;
