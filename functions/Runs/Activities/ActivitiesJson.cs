using System.Text.Json.Serialization;

namespace FunctionsEval.Runs.Activities;

/// <summary>Inputs and results of activities, as they stand in histories.</summary>
[JsonSerializable(typeof(CellInput))]
[JsonSerializable(typeof(LookInput))]
[JsonSerializable(typeof(PairInput))]
[JsonSerializable(typeof(AllocatedBlockInput))]
[JsonSerializable(typeof(CompleteRunInput))]
[JsonSerializable(typeof(string))]
internal sealed partial class ActivitiesJson : JsonSerializerContext
{
    public static ActivitiesJson Context { get; } = new(JsonRules.NewOptions());
}
