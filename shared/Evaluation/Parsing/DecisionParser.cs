using System.Globalization;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>Reads <c>compare</c> and <c>stopping</c>: how a run decides, and when it may stop.</summary>
internal static class DecisionParser
{
    private static readonly string[] PairChoices = [CompareSpec.WithControl, "all"];
    private static readonly string[] CorrectionChoices = ["holm", "none"];
    private static readonly string[] BetterChoices = ["higher", "lower"];

    public static CompareSpec? ParseCompare(FieldReader fields, IReadOnlyList<string> variants, IReadOnlyList<ScorerSpec> scorers)
    {
        if (fields.Take("compare") is not { } node || fields.Inner(node, "compare") is not { } compare)
        {
            return null;
        }

        var control = compare.Text("control", TextRule.Name);
        if (control is not null && variants.Count > 0 && !variants.Contains(control))
        {
            compare.Fail("control", $"compare.control must be one of {string.Join(", ", variants)}, but is {Wording.Shorten(control)}.");
        }

        var margin = Margin(compare);
        var margins = ParseMargins(compare, scorers);
        var metrics = ParseMetrics(compare, scorers);
        var confidence = compare.Number("confidence") ?? CompareSpec.StandardConfidence;
        if (confidence is not (>= 0.8 and <= 0.999))
        {
            compare.Fail("confidence", Wording.Broken("compare.confidence", "must be between 0.8 and 0.999", Wording.Format(confidence)));
        }

        var spec = new CompareSpec(
            control, margin, metrics, confidence, Choice(compare, "pairs", PairChoices), Choice(compare, "correction", CorrectionChoices),
            Choice(compare, "better", BetterChoices), margins);
        compare.RejectUnknown();
        return spec;
    }

    public static StoppingSpec? ParseStopping(
        FieldReader fields, IReadOnlyList<string> variants, IReadOnlyList<ScorerSpec> scorers, IReadOnlyList<Scenario> scenarios)
    {
        if (fields.Take("stopping") is not { } node || fields.Inner(node, "stopping") is not { } stopping)
        {
            return null;
        }

        var every = stopping.Integer("lookEvery", 1, DefinitionRules.MaxScenarios);
        if (every is null && !stopping.Has("lookEvery"))
        {
            stopping.Missing("lookEvery");
        }

        var metric = stopping.Text("metric", TextRule.Name);
        if (metric is not null)
        {
            CheckMetric(stopping, node, stopping.PathOf("metric"), metric, scorers);
        }

        if (variants.Count == 1)
        {
            stopping.Fail(node, "stopping", "stopping needs at least 2 models or variants to compare, but there is 1.");
        }

        if (scorers.All(scorer => scorer.Type == ScorerSpec.PairwiseType))
        {
            stopping.Fail(node, "stopping", $"stopping needs a scorer of single answers to look at, but the definition has {(scorers.Count == 0 ? "none" : "pairwise scorers only, whose judges compare answers after the last look")}.");
        }

        var type = Choice(stopping, "type", StoppingSpec.Types);
        if (type == StoppingSpec.Anytime && scenarios.FirstOrDefault(scenario => scenario.Cluster is not null) is { } clustered)
        {
            stopping.Fail(node, "stopping", string.Create(
                CultureInfo.InvariantCulture,
                $"stopping of type anytime needs scenarios that are independent of each other, but scenario {Wording.Shorten(clustered.Id)} has the cluster {Wording.Shorten(clustered.Cluster!)}."));
        }

        var spec = new StoppingSpec(
            every ?? 1, Margin(stopping), metric, stopping.Boolean("futility") ?? false, stopping.Long("maxCalls", 1, long.MaxValue), type);
        stopping.RejectUnknown();
        return spec;
    }

    private static List<string>? ParseMetrics(FieldReader compare, IReadOnlyList<ScorerSpec> scorers)
    {
        if (compare.List("metrics") is not { } nodes)
        {
            return null;
        }

        var metrics = new List<string>();
        for (var index = 0; index < nodes.Count; index++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"compare.metrics[{index}]");
            if (compare.Text(nodes[index], path, TextRule.Name) is { } metric)
            {
                CheckMetric(compare, nodes[index], path, metric, scorers);
                metrics.Add(metric);
            }
        }

        return metrics;
    }

    private static Dictionary<string, double>? ParseMargins(FieldReader compare, IReadOnlyList<ScorerSpec> scorers)
    {
        if (compare.Take("margins") is not { } node || compare.Inner(node, compare.PathOf("margins")) is not { } fields)
        {
            return null;
        }

        var margins = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var scorer in scorers)
        {
            if (Margin(fields, scorer.Name!) is { } margin)
            {
                margins[scorer.Name!] = margin;
            }
        }

        fields.RejectUnknown();
        return margins;
    }

    internal static void CheckMetric(FieldReader fields, SourceNode node, string path, string metric, IReadOnlyList<ScorerSpec> scorers)
    {
        var ofCells = scorers.Where(scorer => scorer.Type != ScorerSpec.PairwiseType).Select(scorer => scorer.Name).ToList();
        if (ofCells.Contains(metric))
        {
            return;
        }

        fields.Fail(node, path, scorers.Any(scorer => scorer.Name == metric)
            ? $"{path} must be a scorer of single answers, but {Wording.Shorten(metric)} is pairwise: its judges compare answers once all of them are there, and it has a verdict of its own."
            : $"{path} must be the name of a scorer ({string.Join(", ", ofCells)}), but is {Wording.Shorten(metric)}.");
    }

    private static double? Margin(FieldReader fields, string name = "margin")
    {
        var margin = fields.Number(name);
        if (margin <= 0)
        {
            fields.Fail(name, Wording.Broken(fields.PathOf(name), "must be above 0", Wording.Format(margin.Value)));
        }

        return margin;
    }

    private static string Choice(FieldReader fields, string name, IReadOnlyList<string> choices)
    {
        var text = fields.Text(name, TextRule.Name);
        if (text is not null && !choices.Contains(text))
        {
            fields.Fail(name, Wording.Broken(fields.PathOf(name), $"must be {string.Join(" or ", choices)}", Wording.Shorten(text)));
        }

        return text ?? choices[0];
    }
}
