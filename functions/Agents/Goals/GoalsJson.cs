using System.Text.Json.Serialization;

namespace FunctionsEval.Agents.Goals;

/// <summary>The JSON of goals, on the wire and in the store.</summary>
[JsonSerializable(typeof(Goal))]
[JsonSerializable(typeof(GoalRequest))]
[JsonSerializable(typeof(BacklogItem))]
[JsonSerializable(typeof(GoalStatus))]
[JsonSerializable(typeof(GoalPage))]
internal sealed partial class GoalsJson : JsonSerializerContext
{
    public static GoalsJson Context { get; } = new(JsonRules.NewSnakeCaseOptions());
}
