using FunctionsEval.Http;
using FunctionsEval.Storage;

namespace FunctionsEval.Content;

/// <summary>
/// Imports JSON Lines as they come, in memory that does not grow with the file. Every line stands for itself: a bad one is reported
/// with its number and left out. Importing the same file again changes nothing.
/// </summary>
public sealed class ImportContent(ContentStore content, IEntityStore entities)
{
    private const int MaxErrors = 100;

    /// <param name="progress">Told the number of lines read so far, once a batch.</param>
    public async Task<ImportReport> RunAsync(Stream lines, CancellationToken cancellationToken, Action<int>? progress = null)
    {
        var import = new Import(content, new ContentWriter(content, entities));
        await import.LoadSourcesAsync(cancellationToken);
        await foreach (var line in JsonLines.ReadAsync(lines, cancellationToken))
        {
            import.Report = import.Report with { Lines = line.Number };
            await import.TakeAsync(line, progress, cancellationToken);
        }

        await import.FlushAsync(cancellationToken);
        return import.Report with { Errors = import.Errors };
    }

    private sealed class Import(ContentStore content, ContentWriter writer)
    {
        private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal);
        private readonly HashSet<string> _topics = new(StringComparer.Ordinal);

        public List<ImportError> Errors { get; } = [];

        public ImportReport Report { get; set; } = new(0, 0, 0, 0, 0, 0, 0, []);

        public async Task LoadSourcesAsync(CancellationToken cancellationToken)
        {
            await foreach (var source in content.SourcesAsync(cancellationToken))
            {
                _sources[source.SourceId] = source;
            }
        }

        public async Task TakeAsync(FileLine line, Action<int>? progress, CancellationToken cancellationToken)
        {
            if (line.Text is not { } text)
            {
                Refuse(line.Number, [new FieldError("line", $"A line may have {JsonLines.MaxLineBytes} bytes; this one is longer.")]);
                return;
            }

            switch (ContentLineParser.Parse(text))
            {
                case ContentLine.Refused(var errors):
                    Refuse(line.Number, errors);
                    break;
                case ContentLine.OfTopic(var topic):
                    await content.SaveAsync(topic, cancellationToken);
                    Report = Report with { Topics = Report.Topics + 1 };
                    break;
                case ContentLine.OfSource(var source):
                    await TakeAsync(line.Number, source, cancellationToken);
                    break;
                case ContentLine.OfItem(var item, var embedding):
                    await TakeAsync(line.Number, item, embedding, progress, cancellationToken);
                    break;
                case ContentLine.OfCluster cluster:
                    await TakeAsync(line.Number, cluster, cancellationToken);
                    break;
            }
        }

        public async Task FlushAsync(CancellationToken cancellationToken)
        {
            var (written, unchanged) = await writer.FlushAsync(_sources, cancellationToken);
            Report = Report with { Items = Report.Items + written, Unchanged = Report.Unchanged + unchanged };
        }

        private async Task TakeAsync(int line, Source source, CancellationToken cancellationToken)
        {
            if (!_topics.Contains(source.TopicId) && await content.FindTopicAsync(source.TopicId, cancellationToken) is null)
            {
                Refuse(line, [new FieldError("topicId", $"topicId '{source.TopicId}' is not a topic; its line must come first.")]);
                return;
            }

            if (_sources.TryGetValue(source.SourceId, out var known) && known.TopicId != source.TopicId)
            {
                Refuse(line, [new FieldError("topicId", $"source '{source.SourceId}' belongs to topic '{known.TopicId}' and cannot move to '{source.TopicId}'.")]);
                return;
            }

            _topics.Add(source.TopicId);
            _sources[source.SourceId] = source;
            await content.SaveAsync(source, cancellationToken);
            Report = Report with { Sources = Report.Sources + 1 };
        }

        private async Task TakeAsync(int line, ContentItem item, float[]? embedding, Action<int>? progress, CancellationToken cancellationToken)
        {
            if (item.Sources.FirstOrDefault(link => !_sources.ContainsKey(link.SourceId)) is { } unknown)
            {
                Refuse(line, [new FieldError("sourceId", $"sourceId '{unknown.SourceId}' is not a source; its line must come first.")]);
                return;
            }

            if (!writer.TryAdd(item, embedding))
            {
                await FlushAsync(cancellationToken);
                progress?.Invoke(line);
                writer.TryAdd(item, embedding);
            }
        }

        private async Task TakeAsync(int line, ContentLine.OfCluster cluster, CancellationToken cancellationToken)
        {
            await FlushAsync(cancellationToken);
            foreach (var member in cluster.Members)
            {
                if (await content.FindItemAsync(member, cancellationToken) is not { } item)
                {
                    Refuse(line, [new FieldError("members", $"members names '{member}', which is not an item; its line must come first.")]);
                    return;
                }

                if (!writer.TryAdd(item with { ClusterId = cluster.ClusterId }, embedding: null))
                {
                    await writer.FlushAsync(_sources, cancellationToken);
                    writer.TryAdd(item with { ClusterId = cluster.ClusterId }, embedding: null);
                }
            }

            // Its items were counted when they came.
            await writer.FlushAsync(_sources, cancellationToken);
            Report = Report with { Clusters = Report.Clusters + 1 };
        }

        private void Refuse(int line, IEnumerable<FieldError> errors)
        {
            Report = Report with { Refused = Report.Refused + 1 };
            Errors.AddRange(errors.Select(error => new ImportError(line, error.Field, error.Message)).Take(MaxErrors - Errors.Count));
        }
    }
}
