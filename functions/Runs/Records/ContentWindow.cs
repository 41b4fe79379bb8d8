using FunctionsEval.Evaluation.Candidates;

namespace FunctionsEval.Runs.Records;

/// <summary>Where the items of a triage run come from. Part of stored runs: add fields, never rename.</summary>
/// <param name="MaxItems">How many candidates were wanted.</param>
/// <param name="Rates">What the run's calls cost in credits; null for runs that cost none.</param>
public sealed record ContentWindow(
    string TopicId, DateTimeOffset Start, DateTimeOffset End, int MaxItems, SamplingStats? Stats = null, CreditRates? Rates = null);

/// <summary>Credits per thousand tokens.</summary>
public sealed record CreditRates(double Input, double Output)
{
    public double Of(long inputTokens, long outputTokens) => ((inputTokens * Input) + (outputTokens * Output)) / 1000;
}
