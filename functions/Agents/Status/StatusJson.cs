using System.Text.Json.Serialization;

namespace FunctionsEval.Agents.Status;

/// <summary>The JSON of the status report.</summary>
[JsonSerializable(typeof(StatusReport))]
internal sealed partial class StatusJson : JsonSerializerContext;
