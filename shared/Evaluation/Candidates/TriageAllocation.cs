namespace FunctionsEval.Evaluation.Candidates;

/// <summary>
/// Which candidates the paid calls of a digest go to: three tenths explore, round robin over source types and sources, the rest goes
/// to the best. Never more than <c>maxCalls</c>.
/// </summary>
public static class TriageAllocation
{
    private const double ExplorationShare = 0.3;

    /// <returns>Explored candidates first, then the others; each part best first.</returns>
    public static IReadOnlyList<Candidate> Select(IReadOnlyCollection<Candidate> candidates, TimeWindow window, int maxCalls)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxCalls);
        if (candidates.Count <= maxCalls)
        {
            return [.. candidates.Order(Candidate.BestFirst)];
        }

        var exploration = Math.Min(maxCalls, Math.Max(1, (int)Math.Floor(maxCalls * ExplorationShare)));
        var explored = StratifiedSampling.Select(candidates, window, exploration).Candidates;
        var seen = explored.Select(candidate => candidate.CandidateId).ToHashSet(StringComparer.Ordinal);
        return [.. explored, .. candidates.Where(candidate => !seen.Contains(candidate.CandidateId)).Order(Candidate.BestFirst).Take(maxCalls - explored.Count)];
    }
}
