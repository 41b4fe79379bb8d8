using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Runs;

/// <summary>Counts cells and calls exactly, and tokens roughly, before anything is sent.</summary>
internal static class EstimateRun
{
    private const int CharactersPerToken = 4;

    public static RunEstimate Of(string definitionId, Definition asked)
    {
        var sampled = SampledItems.Of(definitionId, asked);
        var turns = sampled.Sum(scenario => (long)Turns(scenario, asked));
        var input = sampled.Sum(scenario => InputTokens(scenario, asked));
        var perModel = asked.Models.Select(model => new ModelEstimate(
            model,
            (long)sampled.Count * asked.SamplesPerScenario,
            turns * asked.SamplesPerScenario,
            input * asked.SamplesPerScenario,
            asked.Config.MaxTokens * turns * asked.SamplesPerScenario)).ToList();
        return new RunEstimate(
            sampled.Count,
            asked.Scenarios.Count,
            asked.Models.Count,
            asked.SamplesPerScenario,
            perModel.Sum(model => model.Cells),
            perModel.Sum(model => model.Calls),
            perModel);
    }

    private static int Turns(Scenario scenario, Definition definition) => Math.Min(1 + scenario.FollowUps.Count, definition.Config.MaxTurns);

    // Each turn sends the conversation so far again; the answers in between are not known and not counted.
    private static long InputTokens(Scenario scenario, Definition definition)
    {
        long sent = definition.Preamble.Length + scenario.Prompt.Length;
        var total = sent;
        foreach (var followUp in scenario.FollowUps.Take(Turns(scenario, definition) - 1))
        {
            sent += followUp.Prompt.Length;
            total += sent;
        }

        return total / CharactersPerToken;
    }
}
