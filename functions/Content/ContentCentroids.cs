using System.Runtime.InteropServices;
using FunctionsEval.Evaluation.Candidates;
using FunctionsEval.Storage;

namespace FunctionsEval.Content;

/// <summary>The centroids of the topics that an import touches: read once, changed in memory, written with each batch.</summary>
internal sealed class ContentCentroids(IEntityStore entities)
{
    private readonly Dictionary<string, CosineClusters> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<(string TopicId, string ClusterId), Centroid> _changed = [];

    /// <summary>The cluster of an item that came with a vector and without a cluster.</summary>
    public async Task<string> AssignAsync(string topicId, ContentItem item, float[] embedding, CancellationToken cancellationToken)
    {
        if (!_topics.TryGetValue(topicId, out var clusters))
        {
            clusters = _topics[topicId] = new CosineClusters(await ReadAsync(topicId, cancellationToken));
        }

        // The id follows from the item, so that an import that is repeated after a crash makes the same cluster.
        var centroid = clusters.Assign($"auto-{item.ItemId}", embedding, item.At);
        _changed[(topicId, centroid.ClusterId)] = centroid;
        return centroid.ClusterId;
    }

    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        foreach (var topic in _changed.GroupBy(entry => entry.Key.TopicId, entry => entry.Value, StringComparer.Ordinal))
        {
            var rows = topic.Select(centroid => new Entity(topic.Key, centroid.ClusterId)
            {
                ["mean"] = MemoryMarshal.AsBytes<float>(centroid.Mean).ToArray(),
                ["count"] = centroid.Count,
                ["updatedAt"] = centroid.UpdatedAt,
            });
            await EntityBatches.UpsertAsync(entities, TableKeys.ContentCentroids, [.. rows], cancellationToken);
        }

        _changed.Clear();
    }

    private async Task<List<Centroid>> ReadAsync(string topicId, CancellationToken cancellationToken)
    {
        var centroids = new List<Centroid>();
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.ContentCentroids, topicId), cancellationToken))
        {
            var mean = MemoryMarshal.Cast<byte, float>(row.GetBytes("mean")).ToArray();
            centroids.Add(new Centroid(row.RowKey, mean, (int)row.GetInt64("count")!.Value, row.GetDateTimeOffset("updatedAt")!.Value));
        }

        return centroids;
    }
}
