namespace FunctionsEval.Evaluation.Candidates;

public sealed record SampledCandidates(IReadOnlyList<Candidate> Candidates, SamplingStats Stats);

/// <summary>What a sample was taken from. Part of stored runs: add fields, never rename.</summary>
/// <param name="BucketCount">0 when everything fitted and nothing had to be chosen.</param>
/// <param name="TopSourceTypes">The five that gave most.</param>
public sealed record SamplingStats(
    int InputCount,
    int OutputCount,
    int BucketCount,
    int SourceTypeCount,
    int SourceCount,
    IReadOnlyList<NameCount> TopSourceTypes,
    IReadOnlyList<NameCount> TopSources)
{
    public const int TopCount = 5;
}

public sealed record NameCount(string Name, int Count);
