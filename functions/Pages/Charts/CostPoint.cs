using FunctionsEval.Statistics;

namespace FunctionsEval.Pages.Charts;

/// <summary>A variant in a <see cref="CostChart"/>.</summary>
/// <param name="Usd">Of 1,000 answers; above 0.</param>
public sealed record CostPoint(string Name, double Usd, double Score, ConfidenceInterval? Interval);
