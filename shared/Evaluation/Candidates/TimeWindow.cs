namespace FunctionsEval.Evaluation.Candidates;

/// <summary>Half-open: from <paramref name="Start"/> to before <paramref name="End"/>.</summary>
public sealed record TimeWindow(DateTimeOffset Start, DateTimeOffset End)
{
    public bool Contains(DateTimeOffset moment) => moment >= Start && moment < End;
}
