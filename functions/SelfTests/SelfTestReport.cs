namespace FunctionsEval.SelfTests;

/// <summary>What the verdicts do on a set-up whose truth is known.</summary>
/// <param name="FalsePositiveRate">How often two variants that are one and the same were told apart.</param>
/// <param name="Power">How often a planted effect was found.</param>
/// <param name="Alpha">What the false positives are promised to stay below.</param>
/// <param name="IsSound">False when either is further from its promise than chance explains: less than once in 10,000 times.</param>
public sealed record SelfTestReport(
    ObservedRate FalsePositiveRate,
    ObservedPower Power,
    double Alpha,
    double Effect,
    int Scenarios,
    int SamplesPerScenario,
    IReadOnlyList<string> Models,
    long Calls,
    double ElapsedSeconds,
    bool IsSound);

/// <param name="Lower">Of the 95% interval of Wilson.</param>
/// <param name="Runs">Comparisons made.</param>
public sealed record ObservedRate(double Rate, double Lower, double Upper, int Runs);

/// <param name="Planned">What the plan promises for this many scenarios and samples, from the spread of all runs together.</param>
public sealed record ObservedPower(double Rate, double Lower, double Upper, double Planned, int Runs);
