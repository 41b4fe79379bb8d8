using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Judging;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Prices;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Plans;

namespace FunctionsEval.Runs;

/// <summary>Counts cells and calls exactly, and tokens roughly, before anything is sent.</summary>
internal static class EstimateRun
{
    /// <param name="priceOf">Null for a model without one.</param>
    /// <param name="past">What earlier runs used, by variant: it goes before the token estimate.</param>
    public static RunEstimate Of(
        string definitionId, Definition asked, Func<string, (string Vendor, Price? Price)> priceOf, IReadOnlyDictionary<string, PastUsage> past)
    {
        var sampled = SampledItems.Of(definitionId, asked);
        var variants = asked.AllVariants();
        List<long> turns = [.. sampled.Select(scenario => (long)Turns(scenario, asked))];
        var calls = SampledSum.Of(turns, asked);
        var perModel = variants.Select(variant =>
        {
            var (vendor, price) = priceOf(variant.Model);
            var cells = (long)sampled.Count * (asked.Allocation?.MeanSamples ?? asked.SamplesPerScenario);
            var maxTokens = variant.MaxTokens ?? asked.Config.MaxTokens;
            var (expectedOutput, mostOutput) = (maxTokens * calls.Expected, maxTokens * calls.Most);
            var prompts = SampledSum.Of(
                [.. sampled.Select((scenario, index) => InputTokens(vendor, scenario, Opening.For(asked.Preamble, scenario, variant), (int)turns[index]))], asked);
            var used = past.GetValueOrDefault(variant.Name);
            var input = used is not null ? used.InputTokens * cells / used.Cells : prompts.Expected;
            var output = used is not null ? used.OutputTokens * cells / used.Cells : expectedOutput;
            return new ModelEstimate(
                variant.Name, variant.Model, cells, calls.Expected, input, mostOutput, output, Cost(price, input, output), used?.Cells ?? 0,
                asked.Allocation is null ? null : calls.Most,
                asked.Allocation is null ? null : Cost(price, Math.Max(input, prompts.Most), mostOutput));
        }).ToList();
        var judges = asked.Scorers.Any(scorer => scorer.Judge is not null) ? JudgesOf(asked, sampled, priceOf, past) : null;
        var judgeCalls = judges?.Sum(judge => judge.Calls) ?? 0;
        var judgeCost = judges is null ? 0 : judges.TrueForAll(judge => judge.CostUsd is not null) ? judges.Sum(judge => judge.CostUsd) : null;
        return new RunEstimate(
            sampled.Count,
            asked.Scenarios.Count,
            variants.Count,
            asked.SamplesPerScenario,
            perModel.Sum(model => model.Cells),
            perModel.Sum(model => model.Calls) + judgeCalls,
            perModel,
            Sum(perModel, model => model.CostUsd) + judgeCost,
            asked.Allocation is null ? null : perModel.Sum(model => model.MaxCalls) + judgeCalls,
            Sum(perModel, model => model.MaxCostUsd) + judgeCost,
            judges);
    }

    // A judge reads the question and the answer of every cell, and the question of a conversation's first turn stands for those of the others.
    private static List<JudgeEstimate> JudgesOf(
        Definition asked, List<Scenario> sampled, Func<string, (string Vendor, Price? Price)> priceOf, IReadOnlyDictionary<string, PastUsage> past)
    {
        var samples = asked.Allocation?.MeanSamples ?? asked.SamplesPerScenario;
        var variants = asked.AllVariants();
        var judged = past.Values.Where(usage => usage.JudgeCalls > 0).ToList();
        var output = judged.Count > 0 ? judged.Sum(usage => usage.JudgeOutputTokens) / judged.Sum(usage => usage.JudgeCalls) : JudgeEstimate.AssumedOutput;
        var estimates = new List<JudgeEstimate>();
        foreach (var scorer in asked.Scorers.Where(scorer => scorer.Judge is not null))
        {
            var judge = scorer.Judge!;
            foreach (var model in judge.Models)
            {
                var (vendor, price) = priceOf(model);
                var asking = (scorer.Type == ScorerSpec.PairwiseType ? OfPairs(asked, scorer, variants) : [.. variants.Select(variant => new[] { variant })]).ToList();
                var input = asking.Sum(answering =>
                {
                    var answers = answering.Sum(variant => past.GetValueOrDefault(variant.Name) is { } used ? used.OutputTokens / used.Cells : variant.MaxTokens ?? asked.Config.MaxTokens ?? 0);
                    return sampled.Sum(scenario => answers + TokenEstimate.OfConversation(
                        vendor,
                        [.. Question(asked, scorer, scenario, answering).Select(message => new ChatMessage((ChatRole)message.Role, message.Text))]));
                });
                var calls = (long)sampled.Count * asking.Count * samples * judge.Repeats;
                (input, var said) = (input * samples * judge.Repeats, calls * output);
                estimates.Add(new JudgeEstimate(scorer.Name!, model, calls, input, said, Cost(price, input, said)));
            }
        }

        return estimates;
    }

    // Each pair is asked about in both orders.
    private static IEnumerable<Variant[]> OfPairs(Definition asked, ScorerSpec scorer, IReadOnlyList<Variant> variants) =>
        from pair in PairPlan.ComparedOf(variants, asked.Compare, scorer)
        from order in new[] { new[] { variants[pair.Variant], variants[pair.Control] }, [variants[pair.Control], variants[pair.Variant]] }
        select order;

    private static IReadOnlyList<ConversationMessage> Question(Definition asked, ScorerSpec scorer, Scenario scenario, Variant[] answering)
    {
        List<Turn[]> said = [.. answering.Select(variant => new[] { new Turn(1, "", Opening.For(asked.Preamble, scenario, variant).Prompt, "?") })];
        return said is [var first, var second]
            ? PairPrompt.For(scorer with { Turn = 1 }, scenario, first, second)
            : JudgePrompt.For(scorer.Judge!, scenario, said[0], keepReasoning: true);
    }

    // Many calls added up are not one long request, so the price of long requests does not apply.
    private static decimal? Cost(Price? price, long input, long? output) =>
        price is null || output is null ? null : (price.Input * input + price.Output * output) / 1_000_000;

    private static decimal? Sum(List<ModelEstimate> models, Func<ModelEstimate, decimal?> cost) =>
        models.All(model => cost(model) is not null) ? models.Sum(cost) : null;

    private static int Turns(Scenario scenario, Definition definition) => Math.Min(1 + scenario.FollowUps.Count, definition.Config.MaxTurns);

    // Each turn sends the conversation so far again; the answers in between are not known and not counted.
    private static long InputTokens(string vendor, Scenario scenario, Opening opening, int turns)
    {
        long Tokens(string text) => TokenEstimate.OfConversation(vendor, [new ChatMessage(ChatRole.User, text)]);
        long TokensOf(ConversationMessage message) => Tokens(message.Text) + (message.Images?.Sum(image => (long)TokenEstimate.OfImage(image.Width, image.Height)) ?? 0);
        var sent = opening.Messages.Sum(TokensOf);
        var total = sent;
        foreach (var followUp in scenario.FollowUps.Take(turns - 1))
        {
            sent += TokensOf(Opening.FollowUp(scenario, followUp));
            total += sent;
        }

        return total;
    }
}
