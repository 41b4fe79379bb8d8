using System.Text.Json;
using FunctionsEval.Storage;

namespace FunctionsEval.Content;

/// <summary>
/// Collects items and writes them in batches. An item's own row is written last: while it is missing or old, a repeated import does
/// the rest again, so a crash leaves nothing half done for good.
/// </summary>
internal sealed class ContentWriter(ContentStore content, IEntityStore entities)
{
    private const int MaxItems = 1_000;
    private const long MaxCharacters = 4 * 1024 * 1024;
    private const int Parallel = 16;

    private readonly Dictionary<string, (ContentItem Item, float[]? Embedding)> _waiting = new(StringComparer.Ordinal);
    private readonly ContentCentroids _centroids = new(entities);
    private long _characters;

    /// <summary>False when the batch is full, or holds the item already: it has to be flushed first.</summary>
    public bool TryAdd(ContentItem item, float[]? embedding)
    {
        if (_waiting.Count >= MaxItems || _characters > MaxCharacters || !_waiting.TryAdd(item.ItemId, (item, embedding)))
        {
            return false;
        }

        _characters += (item.BodyText?.Length ?? 0) + (embedding?.Length ?? 0) + 500;
        return true;
    }

    public async Task<(int Written, int Unchanged)> FlushAsync(IReadOnlyDictionary<string, Source> sources, CancellationToken cancellationToken)
    {
        var known = await KnownAsync(cancellationToken);
        var changes = new List<(ContentItem Item, ContentItem? Old)>(_waiting.Count);
        foreach (var (id, (item, embedding)) in _waiting)
        {
            var old = known.GetValueOrDefault(id);
            var clustered = item with { ClusterId = await ClusterOfAsync(item, embedding, old, sources, cancellationToken) };
            if (old is null || !IsSame(clustered, old))
            {
                changes.Add((clustered, old));
            }
        }

        await WriteAsync(changes, sources, cancellationToken);
        var unchanged = _waiting.Count - changes.Count;
        _waiting.Clear();
        _characters = 0;
        return (changes.Count, unchanged);
    }

    private async Task<Dictionary<string, ContentItem>> KnownAsync(CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, ContentItem>(StringComparer.Ordinal);
        foreach (var chunk in _waiting.Keys.Chunk(Parallel))
        {
            foreach (var item in await Task.WhenAll(chunk.Select(id => content.FindItemAsync(id, cancellationToken))))
            {
                if (item is not null)
                {
                    known.Add(item.ItemId, item);
                }
            }
        }

        return known;
    }

    /// <summary>What the line says, or what was found before; a vector decides once.</summary>
    private async Task<string?> ClusterOfAsync(
        ContentItem item, float[]? embedding, ContentItem? old, IReadOnlyDictionary<string, Source> sources, CancellationToken cancellationToken) =>
        item.ClusterId ?? old?.ClusterId
        ?? (embedding is null ? null : await _centroids.AssignAsync(sources[item.Sources[0].SourceId].TopicId, item, embedding, cancellationToken));

    private static bool IsSame(ContentItem a, ContentItem b) => a.Sources.SequenceEqual(b.Sources) && a == b with { Sources = a.Sources };

    private async Task WriteAsync(List<(ContentItem Item, ContentItem? Old)> changes, IReadOnlyDictionary<string, Source> sources, CancellationToken cancellationToken)
    {
        foreach (var (item, old) in changes.Where(change => change.Old is not null))
        {
            await RemoveStaleAsync(item, old!, sources, cancellationToken);
        }

        await _centroids.SaveAsync(cancellationToken);
        await UpsertAsync(TableKeys.ContentTimeline, changes.SelectMany(change => TimelineOf(change.Item, sources)), cancellationToken);
        await UpsertAsync(
            TableKeys.ContentMembers,
            changes.Where(change => change.Item.ClusterId is not null).Select(change => new Entity(change.Item.ClusterId!, change.Item.ItemId)),
            cancellationToken);
        await UpsertAsync(TableKeys.ContentItems, changes.Select(change => ItemRow(change.Item)), cancellationToken);
    }

    private async Task RemoveStaleAsync(ContentItem item, ContentItem old, IReadOnlyDictionary<string, Source> sources, CancellationToken cancellationToken)
    {
        var rows = TimelineOf(item, sources).Select(row => (row.PartitionKey, row.RowKey)).ToHashSet();
        foreach (var row in TimelineOf(old, sources).Where(row => !rows.Contains((row.PartitionKey, row.RowKey))))
        {
            await entities.SubmitAsync(TableKeys.ContentTimeline, EntityOperation.Delete(row.PartitionKey, row.RowKey), cancellationToken);
        }

        if (old.ClusterId is { } cluster && cluster != item.ClusterId)
        {
            await entities.SubmitAsync(TableKeys.ContentMembers, EntityOperation.Delete(cluster, old.ItemId), cancellationToken);
        }
    }

    private async Task UpsertAsync(string table, IEnumerable<Entity> rows, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken };
        var partitions = rows.GroupBy(row => row.PartitionKey, StringComparer.Ordinal);
        await System.Threading.Tasks.Parallel.ForEachAsync(
            partitions, options, async (partition, token) => await EntityBatches.UpsertAsync(entities, table, [.. partition], token));
    }

    private static IEnumerable<Entity> TimelineOf(ContentItem item, IReadOnlyDictionary<string, Source> sources)
    {
        if (!item.CanBeCandidate)
        {
            yield break;
        }

        foreach (var topic in item.Sources.Where(link => sources.ContainsKey(link.SourceId)).GroupBy(link => sources[link.SourceId].TopicId, StringComparer.Ordinal))
        {
            var row = new Entity(TableKeys.TimelineDay(topic.Key, item.At), TableKeys.TimelineRow(item.At, item.ItemId));
            row.SetText("entry", JsonSerializer.Serialize(TimelineEntry.Of(item, topic), ContentJson.Context.TimelineEntry));
            yield return row;
        }
    }

    private static Entity ItemRow(ContentItem item)
    {
        var row = new Entity(TableKeys.Bucket(item.ItemId), item.ItemId);
        row.SetText("item", JsonSerializer.Serialize(item, ContentJson.Context.ContentItem));
        return row;
    }
}
