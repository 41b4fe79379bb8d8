using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.SelfTests;

/// <summary>
/// Many comparisons out of one run. Simulated: each has scenarios of its own, and three variants of which two are alike and one is better.
/// On one's own definition: each has samples of its own, of one variant, and the effect is added to the scores.
/// </summary>
/// <param name="Runs">Comparisons of two that are alike, and as many with the planted effect.</param>
/// <param name="Scenarios">Of one comparison.</param>
/// <param name="Samples">Per scenario and variant of one comparison.</param>
/// <param name="Effect">Null: the one that would be found in 80% of the cases.</param>
internal sealed record SelfTestDesign(Definition Definition, int Runs, int Scenarios, int Samples, double? Effect, bool IsSimulated)
{
    public const int SimulatedScenarios = 20;
    public const int SimulatedSamples = 2;
    public const double SimulatedEffect = 0.4;

    public static SelfTestDesign Simulated(int runs) => new(
        new Definition(
            "selftest",
            "You answer with one line.",
            [.. Enumerable.Range(0, runs * SimulatedScenarios).Select(index => new Scenario($"s{index:D6}", $"case {index}", $"How acceptable is case {index}?"))],
            ["openai-compatible:sim-noisy", "openai-compatible:sim-better-0", FormattableString.Invariant($"openai-compatible:sim-better-{SimulatedEffect}")],
            SimulatedSamples,
            Scorers: [new ScorerSpec("number", "number", Pattern: @"Rating:\s*(\d)", Min: 1, Max: 5)]),
        runs,
        SimulatedScenarios,
        SimulatedSamples,
        SimulatedEffect,
        IsSimulated: true);

    /// <summary>Two comparisons' worth of samples a run: the definition's own first variant against itself.</summary>
    public static SelfTestDesign OfOwn(Definition definition, int runs, int samples, double? effect) => new(
        definition with
        {
            Models = [],
            Variants = [definition.AllVariants()[0]],
            SamplesPerScenario = 2 * runs * samples,
            Compare = null,
            Stopping = null,
            Allocation = null,
        },
        runs,
        definition.Scenarios.Count,
        samples,
        effect,
        IsSimulated: false);
}
