namespace FunctionsEval.Evaluation.Candidates;

public enum CandidateKind
{
    Item,
    Cluster,
}

/// <summary>One thing to triage: a cluster of items about the same story, or an item of no cluster.</summary>
/// <param name="CandidateId">The cluster's id, or the item's.</param>
/// <param name="Representative">The member whose text is shown to the model.</param>
/// <param name="At">The newest of its members in the window.</param>
/// <param name="Members">Members in the window, the representative first.</param>
/// <param name="Score">0..1: recent and much noticed.</param>
public sealed record Candidate(
    string CandidateId, CandidateKind Kind, ItemFacts Representative, DateTimeOffset At, IReadOnlyList<ItemFacts> Members, double Score = 0)
{
    /// <summary>Best first; the id decides what the rest leaves open, so that no order of input shows through.</summary>
    public static IComparer<Candidate> BestFirst { get; } = Comparer<Candidate>.Create((a, b) =>
        b.Score.CompareTo(a.Score) is not 0 and var score ? score
        : b.At.CompareTo(a.At) is not 0 and var at ? at
        : string.CompareOrdinal(a.CandidateId, b.CandidateId));
}
