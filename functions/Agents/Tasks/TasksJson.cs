using System.Text.Json.Serialization;

namespace FunctionsEval.Agents.Tasks;

/// <summary>The JSON of tasks, on the wire and in the store.</summary>
[JsonSerializable(typeof(AgentTask))]
[JsonSerializable(typeof(TaskRequest))]
[JsonSerializable(typeof(TaskUpdate))]
[JsonSerializable(typeof(TaskMetric))]
internal sealed partial class TasksJson : JsonSerializerContext
{
    public static TasksJson Context { get; } = new(JsonRules.NewSnakeCaseOptions());
}
