using FunctionsEval.Evaluation.Candidates;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Triage;

namespace FunctionsEval.Content;

/// <summary>Which candidates a topic has in a window, and what a run keeps of them. The digest and the A/B test share it.</summary>
public sealed class CandidateSelection(ContentStore content)
{
    private const string BudgetTier = "normal";
    private const int MaxName = 200;

    // As many members as the triage input shows, and one more: the representative is not shown twice.
    private const int MembersRead = 6;

    /// <summary>All candidates, best first.</summary>
    public async Task<IReadOnlyList<Candidate>> PoolAsync(string topicId, TimeWindow window, CancellationToken cancellationToken)
    {
        var enabled = new Dictionary<string, Source>(StringComparer.Ordinal);
        await foreach (var source in content.SourcesAsync(cancellationToken))
        {
            if (source.Enabled && source.TopicId == topicId)
            {
                enabled.Add(source.SourceId, source);
            }
        }

        var facts = new List<ItemFacts>();
        await foreach (var entry in content.TimelineAsync(topicId, window, cancellationToken))
        {
            if (entry.ToFacts(enabled) is { } item)
            {
                facts.Add(item);
            }
        }

        return CandidatePool.Of(facts, window);
    }

    /// <summary>The candidates as run items: their text as it is now, whatever becomes of the content later.</summary>
    public async Task<IReadOnlyList<CandidateItem>> SnapshotsAsync(
        IReadOnlyList<Candidate> candidates, TimeWindow window, CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var source in content.SourcesAsync(cancellationToken))
        {
            names[source.SourceId] = source.Name;
        }

        var items = new List<CandidateItem>(candidates.Count);
        foreach (var candidate in candidates)
        {
            var members = new List<(ItemFacts Facts, ContentItem Item)>();
            foreach (var member in candidate.Members.Take(MembersRead))
            {
                if (await content.FindItemAsync(member.ItemId, cancellationToken) is { } item)
                {
                    members.Add((member, item));
                }
            }

            // An import that broke off leaves an entry without its item.
            if (members.Count > 0)
            {
                items.Add(ItemOf(candidate, members, names, window));
            }
        }

        return items;
    }

    private static CandidateItem ItemOf(
        Candidate candidate, List<(ItemFacts Facts, ContentItem Item)> members, Dictionary<string, string> names, TimeWindow window)
    {
        var (facts, item) = members[0];
        var snapshot = new CandidateSnapshot(
            candidate.CandidateId,
            candidate.Kind == CandidateKind.Cluster ? "cluster" : "item",
            candidate.Kind == CandidateKind.Cluster ? candidate.CandidateId : null,
            candidate.Kind == CandidateKind.Item ? item.ItemId : null,
            item.ItemId,
            facts.SourceId,
            facts.SourceType,
            names.GetValueOrDefault(facts.SourceId, facts.SourceId),
            item.Title,
            item.Url,
            item.Author,
            item.PublishedAt,
            item.BodyText,
            [.. candidate.Members.Select(member => member.SourceId).Distinct(StringComparer.Ordinal)]);
        var input = new TriageInput(
            BudgetTier,
            window.Start,
            window.End,
            candidate.CandidateId,
            facts.SourceType,
            snapshot.SourceName,
            item.Title,
            item.BodyText,
            item.Url,
            item.Author,
            item.PublishedAt,
            [.. members.Skip(1).Select(member => new TriageMember(
                member.Item.Title, member.Facts.SourceType, names.GetValueOrDefault(member.Facts.SourceId, member.Facts.SourceId), member.Item.PublishedAt))]);
        var title = string.IsNullOrWhiteSpace(item.Title) ? candidate.CandidateId : item.Title;
        return new CandidateItem(
            new Scenario(candidate.CandidateId, title.Length <= MaxName ? title : title[..MaxName], input.ToJson()), snapshot);
    }
}
