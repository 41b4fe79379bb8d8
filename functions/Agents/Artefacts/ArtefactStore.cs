using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FunctionsEval.Storage;

namespace FunctionsEval.Agents.Artefacts;

/// <summary>What was checked of artefacts, and how tests ended.</summary>
public sealed class ArtefactStore(IEntityStore entities)
{
    private const int MaxOutcomes = 60;

    public async Task SaveAsync(ArtefactReview review, CancellationToken cancellationToken)
    {
        var row = new Entity(TableKeys.AllArtefacts, RowOf(review.Kind, review.TaskId));
        row.SetText("review", JsonSerializer.Serialize(review, ArtefactsJson.Context.ArtefactReview));
        await entities.SubmitAsync(TableKeys.AgentArtefacts, EntityOperation.Upsert(row), cancellationToken);
    }

    public async Task<ArtefactReview?> FindAsync(ArtefactKind kind, string taskId, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.AgentArtefacts, TableKeys.AllArtefacts, RowOf(kind, taskId), cancellationToken) is { } row ? ReviewOf(row) : null;

    public async Task<IReadOnlyList<ArtefactReview>> AllAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var reviews = new List<ArtefactReview>();
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.AgentArtefacts, TableKeys.AllArtefacts), cancellationToken))
        {
            var review = ReviewOf(row);
            if (review.At >= since)
            {
                reviews.Add(review);
            }
        }

        return reviews;
    }

    /// <summary>Adds how each test ended; one that is posted twice for a task counts twice, for it ran twice.</summary>
    public async Task AddOutcomesAsync(IReadOnlyDictionary<string, bool> tests, string commit, DateTimeOffset at, CancellationToken cancellationToken)
    {
        foreach (var bucket in tests.GroupBy(test => TableKeys.TestsOf(test.Key), StringComparer.Ordinal))
        {
            var rows = new List<Entity>();
            foreach (var (name, passed) in bucket)
            {
                var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
                var known = await entities.FindAsync(TableKeys.AgentArtefacts, bucket.Key, key, cancellationToken) is { } stored ? HistoryOf(stored).Outcomes : [];
                var row = new Entity(bucket.Key, key);
                row.SetText("test", JsonSerializer.Serialize(new TestHistory(name, [.. known.TakeLast(MaxOutcomes - 1), new TestOutcome(commit, passed, at)]), ArtefactsJson.Context.TestHistory));
                rows.Add(row);
            }

            await EntityBatches.UpsertAsync(entities, TableKeys.AgentArtefacts, rows, cancellationToken);
        }
    }

    public async Task<IReadOnlyList<TestHistory>> TestsAsync(CancellationToken cancellationToken)
    {
        var tests = new List<TestHistory>();
        foreach (var bucket in TableKeys.AllTests)
        {
            await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.AgentArtefacts, bucket), cancellationToken))
            {
                tests.Add(HistoryOf(row));
            }
        }

        return tests;
    }

    private static string RowOf(ArtefactKind kind, string taskId) => $"{JsonRules.Name(kind)}|{taskId}";

    private static ArtefactReview ReviewOf(Entity row) => JsonSerializer.Deserialize(row.GetText("review")!, ArtefactsJson.Context.ArtefactReview)!;

    private static TestHistory HistoryOf(Entity row) => JsonSerializer.Deserialize(row.GetText("test")!, ArtefactsJson.Context.TestHistory)!;
}
