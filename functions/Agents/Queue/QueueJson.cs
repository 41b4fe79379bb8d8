using System.Text.Json.Serialization;

namespace FunctionsEval.Agents.Queue;

/// <summary>The JSON of what is asked of the queue.</summary>
[JsonSerializable(typeof(TaskPage))]
[JsonSerializable(typeof(NextTaskRequest))]
[JsonSerializable(typeof(NextTask))]
[JsonSerializable(typeof(PriorityReport))]
internal sealed partial class QueueJson : JsonSerializerContext;
