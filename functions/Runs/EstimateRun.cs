using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Runs;

/// <summary>Counts cells and calls exactly, and tokens roughly, before anything is sent.</summary>
internal static class EstimateRun
{
    private const int CharactersPerToken = 4;

    public static RunEstimate Of(string definitionId, Definition asked)
    {
        var sampled = SampledItems.Of(definitionId, asked);
        var variants = asked.AllVariants();
        var turns = sampled.Sum(scenario => (long)Turns(scenario, asked));
        var perModel = variants.Select(variant => new ModelEstimate(
            variant.Name,
            variant.Model,
            (long)sampled.Count * asked.SamplesPerScenario,
            turns * asked.SamplesPerScenario,
            sampled.Sum(scenario => InputTokens(scenario, variant.Preamble ?? asked.Preamble, Turns(scenario, asked))) * asked.SamplesPerScenario,
            (variant.MaxTokens ?? asked.Config.MaxTokens) * turns * asked.SamplesPerScenario)).ToList();
        return new RunEstimate(
            sampled.Count,
            asked.Scenarios.Count,
            variants.Count,
            asked.SamplesPerScenario,
            perModel.Sum(model => model.Cells),
            perModel.Sum(model => model.Calls),
            perModel);
    }

    private static int Turns(Scenario scenario, Definition definition) => Math.Min(1 + scenario.FollowUps.Count, definition.Config.MaxTurns);

    // Each turn sends the conversation so far again; the answers in between are not known and not counted.
    private static long InputTokens(Scenario scenario, string preamble, int turns)
    {
        long sent = preamble.Length + scenario.Prompt.Length;
        var total = sent;
        foreach (var followUp in scenario.FollowUps.Take(turns - 1))
        {
            sent += followUp.Prompt.Length;
            total += sent;
        }

        return total / CharactersPerToken;
    }
}
