using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Runs;

/// <summary>What all samples of one variant add up to, of something that differs from scenario to scenario: turns, tokens.</summary>
/// <param name="Expected">As if every scenario got the mean number of samples.</param>
/// <param name="Most">Were an allocation to favour the largest scenarios as far as it may; the same without one.</param>
internal readonly record struct SampledSum(long Expected, long Most)
{
    public static SampledSum Of(IReadOnlyList<long> perScenario, Definition asked)
    {
        if (asked.Allocation is not { } allocation)
        {
            var all = perScenario.Sum() * asked.SamplesPerScenario;
            return new SampledSum(all, all);
        }

        var (most, left) = (perScenario.Sum() * allocation.PilotSamples, (long)perScenario.Count * (allocation.MeanSamples - allocation.PilotSamples));
        foreach (var size in perScenario.OrderDescending())
        {
            var samples = Math.Min(left, asked.SamplesPerScenario - allocation.PilotSamples);
            most += size * samples;
            left -= samples;
        }

        return new SampledSum(perScenario.Sum() * allocation.MeanSamples, most);
    }
}
