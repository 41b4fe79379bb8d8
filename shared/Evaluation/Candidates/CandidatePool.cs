namespace FunctionsEval.Evaluation.Candidates;

/// <summary>
/// All candidates of a window, scored, best first: one for each cluster with a member in the window, one for each item of no cluster.
/// The same input in any order gives the same pool.
/// </summary>
public static class CandidatePool
{
    private const double RecencyWeight = 0.6;
    private const double CommentsWeight = 0.25;

    // A smaller spread of engagement says nothing.
    private const double SmallestSpread = 1e-6;

    public static IReadOnlyList<Candidate> Of(IEnumerable<ItemFacts> items, TimeWindow window)
    {
        var candidates = items.Where(item => window.Contains(item.At))
            .GroupBy(item => (IsCluster: item.ClusterId is not null, Id: item.ClusterId ?? item.ItemId))
            .Select(group => CandidateOf(group.Key.Id, group.Key.IsCluster, group))
            .ToList();
        var engagement = candidates.ConvertAll(EngagementOf);
        var (least, most) = engagement.Count == 0 ? (0, 0) : (engagement.Min(), engagement.Max());
        return [.. candidates
            .Select((candidate, index) => candidate with
            {
                Score = (RecencyWeight * Recency(candidate.At, window)) + ((1 - RecencyWeight) * Share(engagement[index], least, most)),
            })
            .Order(Candidate.BestFirst)];
    }

    private static Candidate CandidateOf(string id, bool isCluster, IEnumerable<ItemFacts> group)
    {
        var members = group.Order(RepresentativeRule.BestFirst).ToList();
        return new Candidate(id, isCluster ? CandidateKind.Cluster : CandidateKind.Item, members[0], members.Max(member => member.At), members);
    }

    private static double Recency(DateTimeOffset at, TimeWindow window) => Math.Clamp(1 - ((window.End - at) / (window.End - window.Start)), 0, 1);

    private static double EngagementOf(Candidate candidate) =>
        Math.Log(1 + Math.Max(0, candidate.Representative.Engagement))
        + (CommentsWeight * Math.Log(1 + Math.Max(0, candidate.Representative.Comments)));

    private static double Share(double value, double least, double most) => most - least < SmallestSpread ? 0 : (value - least) / (most - least);
}
