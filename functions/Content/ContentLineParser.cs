using System.Text.Json;
using FunctionsEval.Http;

namespace FunctionsEval.Content;

/// <summary>Reads one line: a topic, a source, an item or a cluster, as its <c>kind</c> says. docs/abtests.md has every field.</summary>
internal static class ContentLineParser
{
    private const int MaxName = 200;
    private const int MaxTitle = 2_000;
    private const int MaxBody = 100_000;
    private const int MaxSources = 50;
    private const int MaxMembers = 10_000;
    private const int MaxDimensions = 4_096;

    // Sources count approval and answers under names of their own.
    private static readonly string[] EngagementNames = ["score", "likes", "ups"];
    private static readonly string[] CommentNames = ["comments", "num_comments", "comment_count"];

    public static ContentLine Parse(ReadOnlyMemory<byte> line)
    {
        var errors = new List<FieldError>();
        var (document, fault) = JsonText.Parse(line);
        using (document)
        {
            var parsed = document?.RootElement switch
            {
                null => Refuse(errors, fault!.Field ?? "line", fault.Field is null ? $"The line is not JSON: {fault.Message}" : fault.Message),
                { ValueKind: JsonValueKind.Object } mapping => Parse(mapping, errors),
                _ => Refuse(errors, "line", "A line must be one JSON object."),
            };
            return errors.Count == 0 ? parsed! : new ContentLine.Refused(errors);
        }
    }

    private static ContentLine? Parse(JsonElement mapping, List<FieldError> errors)
    {
        var fields = new LineFields(mapping, errors);
        var kind = fields.Text("kind", MaxName, required: true);
        ContentLine? line = kind switch
        {
            null => null,
            "topic" => Topic(fields),
            "source" => Source(fields),
            "item" => Item(fields),
            "cluster" => Cluster(fields),
            _ => Refuse(errors, "kind", $"kind must be topic, source, item or cluster, but is '{kind}'."),
        };
        if (kind is "topic" or "source" or "item" or "cluster")
        {
            fields.RejectOthers();
        }

        return line;
    }

    private static ContentLine.OfTopic? Topic(LineFields fields)
    {
        var id = fields.Id("id", required: true);
        var name = fields.Text("name", MaxName, required: true);
        if (id is not null && !Guid.TryParseExact(id, "D", out _))
        {
            return fields.Fail<ContentLine.OfTopic>("id", $"id of a topic must be a UUID, but is '{id}'.");
        }

        return id is null || name is null ? null : new ContentLine.OfTopic(new Topic(TopicIds.Normal(id), name));
    }

    private static ContentLine.OfSource? Source(LineFields fields)
    {
        var source = (
            Id: fields.Id("id", required: true),
            Topic: fields.Id("topicId", required: true),
            Type: fields.Id("type", required: true),
            Name: fields.Text("name", MaxName),
            Enabled: fields.Flag("enabled", standard: true),
            ByAccount: fields.Flag("fairnessByAccount", standard: false));
        return source is { Id: { } id, Topic: { } topic, Type: { } type }
            ? new ContentLine.OfSource(new Source(id, TopicIds.Normal(topic), type, source.Name ?? id, source.Enabled, source.ByAccount))
            : null;
    }

    private static ContentLine.OfItem? Item(LineFields fields)
    {
        var id = fields.Id("id", required: true);
        var (published, fetched) = (fields.Time("publishedAt"), fields.Time("fetchedAt"));
        var at = fetched ?? published ?? default;
        var metadata = fields.Object("metadata");
        var engagement = EngagementNames.Max(name => metadata?.Number(name) ?? 0);
        var comments = CommentNames.Max(name => metadata?.Number(name) ?? 0);
        var item = new ContentItem(
            id ?? "",
            Sources(fields, at),
            at,
            published,
            fields.Text("title", MaxTitle),
            fields.Text("body", MaxBody),
            fields.Text("url", MaxTitle),
            fields.Text("author", MaxName),
            fields.Id("clusterId"),
            Math.Max(0, engagement),
            Math.Max(0, comments),
            fields.Flag("deleted", standard: false),
            fields.Id("duplicateOf"));
        var embedding = Embedding(fields);
        if (!fields.Has("publishedAt") && !fields.Has("fetchedAt"))
        {
            return fields.Fail<ContentLine.OfItem>("publishedAt", "publishedAt or fetchedAt is required: windows look at it.");
        }

        return id is null || item.Sources.Count == 0 ? null : new ContentLine.OfItem(item, embedding);
    }

    private static List<SourceLink> Sources(LineFields fields, DateTimeOffset at)
    {
        var single = fields.Id("sourceId");
        var list = fields.List("sources", MaxSources);
        if (single is null == list is null)
        {
            fields.Fail<string>("sourceId", "Give either sourceId, or sources: a list of {id, addedAt}.");
            return [];
        }

        if (single is not null)
        {
            return [new SourceLink(single, at)];
        }

        var links = new List<SourceLink>();
        foreach (var entry in list!)
        {
            if (entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String
                && (entry.TryGetProperty("addedAt", out var added) ? added.ValueKind == JsonValueKind.String ? IsoTime.Parse(added.GetString()) : null : at) is { } when)
            {
                links.Add(new SourceLink(id.GetString()!, when));
            }
            else
            {
                fields.Fail<string>("sources", $"sources must hold objects with an id and, if known, addedAt, but has {Excerpt.Of(entry)}.");
            }
        }

        return [.. links.DistinctBy(link => link.SourceId)];
    }

    private static float[]? Embedding(LineFields fields)
    {
        if (fields.List("embedding", MaxDimensions) is not { } numbers)
        {
            return null;
        }

        var vector = new float[numbers.Count];
        for (var index = 0; index < vector.Length; index++)
        {
            if (numbers[index].ValueKind != JsonValueKind.Number || !numbers[index].TryGetSingle(out vector[index]) || !float.IsFinite(vector[index]))
            {
                return fields.Fail<float[]>("embedding", $"embedding must hold finite numbers, but entry {index} is {Excerpt.Of(numbers[index])}.");
            }
        }

        return vector.All(number => number == 0) ? fields.Fail<float[]>("embedding", "embedding must not be all zeros: it has no direction.") : vector;
    }

    private static ContentLine.OfCluster? Cluster(LineFields fields)
    {
        var id = fields.Id("id", required: true);
        var members = fields.List("members", MaxMembers);
        if (members is null)
        {
            return fields.Fail<ContentLine.OfCluster>("members", "members is required: a list of item ids.");
        }

        if (members.FirstOrDefault(member => member.ValueKind != JsonValueKind.String) is { ValueKind: not JsonValueKind.Undefined } wrong)
        {
            return fields.Fail<ContentLine.OfCluster>("members", $"members must hold item ids, but has {Excerpt.Of(wrong)}.");
        }

        return id is null ? null : new ContentLine.OfCluster(id, [.. members.Select(member => member.GetString()!).Distinct(StringComparer.Ordinal)]);
    }

    private static ContentLine? Refuse(List<FieldError> errors, string field, string message)
    {
        errors.Add(new FieldError(field, message));
        return null;
    }
}
