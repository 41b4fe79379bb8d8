namespace FunctionsEval.Evaluation.Definitions;

/// <summary>
/// Samples go where they are noisy: a pilot of every scenario and variant, then the rest by Neyman shares, up to <c>samplesPerScenario</c> of any.
/// </summary>
/// <param name="PilotSamples">Of every scenario and variant.</param>
/// <param name="MeanSamples">Of each variant on average over the scenarios, the pilot's among them; what the run takes in all.</param>
/// <param name="Metric">The scorer whose noise counts; null is the first one.</param>
public sealed record AllocationSpec(int PilotSamples, int MeanSamples, string? Metric = null, string Type = AllocationSpec.Neyman)
{
    public const string Neyman = "neyman";

    /// <summary>Two samples are the fewest that show noise.</summary>
    public const int MinPilotSamples = 2;
}
