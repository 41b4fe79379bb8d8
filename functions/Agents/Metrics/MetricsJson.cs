using System.Text.Json.Serialization;

namespace FunctionsEval.Agents.Metrics;

/// <summary>The JSON of metrics.</summary>
[JsonSerializable(typeof(MetricRecorded))]
[JsonSerializable(typeof(MetricBatch))]
[JsonSerializable(typeof(MetricBatchRecorded))]
[JsonSerializable(typeof(MetricsReport))]
internal sealed partial class MetricsJson : JsonSerializerContext;
