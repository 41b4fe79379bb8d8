using System.Text.Json.Serialization;
using FunctionsEval.Content;

namespace FunctionsEval.Runs.Records;

/// <summary>What is stored of a run and of its items.</summary>
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(RunStatus))]
[JsonSerializable(typeof(CandidateSnapshot))]
internal sealed partial class RecordsJson : JsonSerializerContext
{
    public static RecordsJson Context { get; } = new(JsonRules.NewOptions());
}
