using System.Runtime.CompilerServices;
using System.Text.Json;
using FunctionsEval.Evaluation.Candidates;
using FunctionsEval.Storage;

namespace FunctionsEval.Content;

/// <summary>Topics, sources, items, and who belongs to which cluster. Items are found by id and, per topic, by time.</summary>
public sealed class ContentStore(IEntityStore entities)
{
    public Task SaveAsync(Topic topic, CancellationToken cancellationToken)
    {
        var row = new Entity(TableKeys.AllTopics, topic.TopicId);
        row.SetText("topic", JsonSerializer.Serialize(topic, ContentJson.Context.Topic));
        return entities.SubmitAsync(TableKeys.Topics, EntityOperation.Upsert(row), cancellationToken);
    }

    public Task SaveAsync(Source source, CancellationToken cancellationToken)
    {
        var row = new Entity(TableKeys.AllSources, source.SourceId);
        row.SetText("source", JsonSerializer.Serialize(source, ContentJson.Context.Source));
        return entities.SubmitAsync(TableKeys.Sources, EntityOperation.Upsert(row), cancellationToken);
    }

    public async Task<Topic?> FindTopicAsync(string topicId, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Topics, TableKeys.AllTopics, topicId, cancellationToken) is { } row
            ? JsonSerializer.Deserialize(row.GetText("topic")!, ContentJson.Context.Topic)
            : null;

    public async Task<(IReadOnlyList<Topic> Topics, string? Continuation)> TopicsAsync(int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        var page = await entities.QueryPageAsync(
            new EntityQuery(TableKeys.Topics, TableKeys.AllTopics, PageSize: pageSize), continuation, cancellationToken);
        return ([.. page.Entities.Select(row => JsonSerializer.Deserialize(row.GetText("topic")!, ContentJson.Context.Topic)!)], page.ContinuationToken);
    }

    public async IAsyncEnumerable<Source> SourcesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.Sources, TableKeys.AllSources), cancellationToken))
        {
            yield return JsonSerializer.Deserialize(row.GetText("source")!, ContentJson.Context.Source)!;
        }
    }

    public async Task<ContentItem?> FindItemAsync(string itemId, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.ContentItems, TableKeys.Bucket(itemId), itemId, cancellationToken) is { } row
            ? JsonSerializer.Deserialize(row.GetText("item")!, ContentJson.Context.ContentItem)
            : null;

    /// <summary>The ids of a cluster's items.</summary>
    public async Task<(IReadOnlyList<string> ItemIds, string? Continuation)> MembersAsync(
        string clusterId, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        var page = await entities.QueryPageAsync(new EntityQuery(TableKeys.ContentMembers, clusterId, PageSize: pageSize), continuation, cancellationToken);
        return ([.. page.Entities.Select(row => row.RowKey)], page.ContinuationToken);
    }

    /// <summary>What can be a candidate in a topic and window.</summary>
    public async IAsyncEnumerable<TimelineEntry> TimelineAsync(
        string topicId, TimeWindow window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new EntityQuery(
            TableKeys.ContentTimeline,
            PartitionFrom: TableKeys.TimelineDay(topicId, window.Start),
            PartitionTo: TableKeys.TimelineDay(topicId, window.End.AddDays(1)));
        await foreach (var row in entities.QueryAsync(query, cancellationToken))
        {
            var entry = JsonSerializer.Deserialize(row.GetText("entry")!, ContentJson.Context.TimelineEntry)!;
            if (window.Contains(entry.At))
            {
                yield return entry;
            }
        }
    }
}
