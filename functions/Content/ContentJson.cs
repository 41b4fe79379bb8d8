using System.Text.Json.Serialization;

namespace FunctionsEval.Content;

[JsonSerializable(typeof(Topic))]
[JsonSerializable(typeof(Source))]
[JsonSerializable(typeof(ContentItem))]
[JsonSerializable(typeof(TimelineEntry))]
[JsonSerializable(typeof(ImportReport))]
[JsonSerializable(typeof(TopicPage))]
[JsonSerializable(typeof(ClusterView))]
internal sealed partial class ContentJson : JsonSerializerContext
{
    public static ContentJson Context { get; } = new(JsonRules.NewOptions());
}
