using System.Text.Json;
using System.Text.RegularExpressions;

namespace FunctionsEval.Functions.Tests.Runs;

/// <summary>Verdicts of whole runs against simulated models, whose true difference is known.</summary>
public sealed class Comparing_variants
{
    [Fact]
    public async Task A_planted_difference_is_better_and_the_table_says_so()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Yaml.Of(scenarios: 40, samples: 5, models: ["sim-noisy", "sim-better-0.5"], more: "compare: { margin: 0.2 }\n"));

        var comparison = Assert.Single(Comparisons(result.Json));
        Assert.Equal(("better", "number"), (Text(comparison, "verdict"), Text(comparison, "metric")));
        Assert.Equal(("openai-compatible:sim-better-0.5", "openai-compatible:sim-noisy"), (Text(comparison, "variant"), Text(comparison, "control")));

        // Standard error of the effect: sqrt(2 * 5/12 / 200) = 0.065.
        Assert.InRange(comparison.GetProperty("effect").GetDouble(), 0.5 - (4.5 * 0.065), 0.5 + (4.5 * 0.065));
        Assert.True(comparison.GetProperty("interval").GetProperty("lower").GetDouble() > 0);
        Assert.Equal(40, comparison.GetProperty("items").GetInt32());
        Assert.Equal(JsonValueKind.Null, comparison.GetProperty("bounds").ValueKind);
        var table = await bench.CommandAsync(["analyze", "--data", bench.Data]);
        Assert.Contains("Verdicts against openai-compatible:sim-noisy", table.Output, StringComparison.Ordinal);
        Assert.Contains("better", table.Output, StringComparison.Ordinal);
        Assert.Contains("adj. p", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Equal_models_are_equivalent_with_a_margin_and_undecided_without_one()
    {
        await using var bench = await Workbench.CreateAsync();

        // Noisy models that are alike are told apart in one run of twenty; steady ones that are alike never.
        var with = await bench.RunAsync(Yaml.Of(scenarios: 100, samples: 10, models: ["sim-noisy", "two"], more: "compare: { margin: 0.3 }\n"));
        var without = await bench.RunAsync(Yaml.Of(scenarios: 20, samples: 2, models: ["sim-steady", "sim-steady-1"]));

        Assert.Equal("equivalent", Text(Assert.Single(Comparisons(with.Json)), "verdict"));
        var undecided = Assert.Single(Comparisons(without.Json));
        Assert.Equal("inconclusive", Text(undecided, "verdict"));
        Assert.Contains("without a margin", Text(undecided, "reason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_scenario_and_one_cluster_are_inconclusive_without_numbers()
    {
        await using var bench = await Workbench.CreateAsync();
        var models = new[] { "sim-noisy", "sim-better-0.5" };

        var few = await bench.RunAsync(Yaml.Of(scenarios: 1, samples: 5, models: models));
        var cluster = await bench.RunAsync(Yaml.Of(scenarios: 40, samples: 2, models: models, scenarioFields: _ => "cluster: sea"));

        foreach (var (result, reason) in new[] { (few, "Only one item"), (cluster, "one cluster") })
        {
            var comparison = Assert.Single(Comparisons(result.Json));
            Assert.Equal("inconclusive", Text(comparison, "verdict"));
            Assert.Contains(reason, Text(comparison, "reason"), StringComparison.Ordinal);
            Assert.Equal(JsonValueKind.Null, comparison.GetProperty("pValue").ValueKind);
            Assert.Equal(JsonValueKind.Null, comparison.GetProperty("interval").ValueKind);
        }
    }

    [Fact]
    public async Task Pairs_metrics_and_direction_are_those_of_the_definition()
    {
        await using var bench = await Workbench.CreateAsync();
        var scorers = $"{Yaml.Ratings}, {{ type: regex, name: high, pattern: '[45]' }}";
        var compare = "compare: { control: 'openai-compatible:sim-better-0.5', metrics: [number], pairs: all, better: lower, confidence: 0.9 }\n";

        var result = await bench.RunAsync(Yaml.Of(scenarios: 40, samples: 5, models: ["sim-noisy", "sim-better-0.5", "two"], scorers: scorers, more: compare));

        var comparisons = Comparisons(result.Json);
        Assert.Equal(3, comparisons.Count);
        Assert.All(comparisons, comparison => Assert.Equal("number", Text(comparison, "metric")));
        Assert.Equal("worse", Text(comparisons[0], "verdict"));
        Assert.Equal("better", Text(comparisons[2], "verdict"));
        Assert.Equal(0.9, comparisons[0].GetProperty("interval").GetProperty("level").GetDouble());
    }

    [Fact]
    public async Task Each_metric_has_its_own_margin_or_the_common_one_and_the_gate_takes_them_too()
    {
        await using var bench = await Workbench.CreateAsync();
        string Definition(string compare) =>
            Yaml.Of(40, 5, ["sim-steady", "sim-steady-1"], $"{Yaml.Ratings}, {{ type: regex, name: high, pattern: '[45]' }}", $"compare: {{ {compare} }}\n");

        var common = await bench.RunAsync(Definition("margin: 0.3"));
        var own = await bench.RunAsync(Definition("margin: 0.3, margins: { high: 0.05 }"));
        var gate = await bench.CommandAsync(["gate", Text(own.Json, "runId"), "--baseline", Text(common.Json, "runId"), "--data", bench.Data, "--json"]);
        var table = await bench.CommandAsync(["gate", Text(own.Json, "runId"), "--baseline", Text(common.Json, "runId"), "--data", bench.Data]);

        Assert.Equal([0.3, 0.3], Margins(Comparisons(common.Json)));
        Assert.Contains("ONE_MARGIN", Warnings(common.Json));
        Assert.Equal([0.3, 0.05], Margins(Comparisons(own.Json)));
        Assert.Equal(["equivalent", "inconclusive"], Comparisons(own.Json).Select(comparison => Text(comparison, "verdict")));
        Assert.DoesNotContain("ONE_MARGIN", Warnings(own.Json));
        Assert.Equal([0.3, 0.3, 0.05, 0.05], Margins(gate.Json.GetProperty("checks").EnumerateArray()));
        Assert.Contains("acceptable losses are below 0.3 of number, 0.05 of high", table.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Few_scenarios_with_many_samples_answer_for_others_with_an_assumption_and_for_themselves()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Yaml.Of(scenarios: 3, samples: 30, models: ["sim-noisy", "sim-better-1"]));

        var comparison = Assert.Single(Comparisons(result.Json));
        Assert.StartsWith("With 3 scenarios it holds if", Text(comparison, "assumption"), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Number, comparison.GetProperty("pValue").ValueKind);

        // The difference of 1 has a standard error of sqrt(2 * 5/12 / 90) = 0.1 on these three.
        var these = comparison.GetProperty("onTheseScenarios");
        Assert.InRange(these.GetProperty("pValue").GetDouble(), 0, 1e-4);
        Assert.InRange(these.GetProperty("interval").GetProperty("lower").GetDouble(), 0.3, 1.2);
        Assert.Contains("3 scenarios", Text(comparison, "summary"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_of_all_pairs_says_what_each_row_is_compared_with()
    {
        await using var bench = await Workbench.CreateAsync();

        // One scenario is never decided, so each pair has its reason as a sentence.
        await bench.RunAsync(Yaml.Of(scenarios: 1, samples: 1, models: ["one", "two", "six"], more: "compare: { pairs: all }\n"));

        var table = await bench.CommandAsync(["analyze", "--data", bench.Data]);

        var lines = table.Output.Split('\n');
        Assert.Equal(2, lines.Count(line => Regex.IsMatch(line, @"variant\s.*metric\s.*effect\s.*interval\s.*adj\. p")));
        Assert.Matches(@"(?s)Verdicts against openai-compatible:one.*  two +number.*  six +number.*Verdicts against openai-compatible:two.*  six +number", table.Output);
        Assert.Contains("No verdict on openai-compatible:six and openai-compatible:two: Only one item has a score of both variants: nothing tells how much items differ.", lines);
    }

    [Fact]
    public async Task Tags_cut_a_run_into_slices_whose_p_values_count_all_of_them()
    {
        await using var bench = await Workbench.CreateAsync();
        var yaml = Yaml.Of(40, 8, ["sim-noisy", "sim-better-1"], scenarioFields: index => index % 4 == 0 ? "tags: [long, odd]" : index == 1 ? "tags: [lonely]" : "tags: [short]");

        var slices = (await bench.RunAsync(yaml)).Json.GetProperty("analysis").GetProperty("slices").EnumerateArray().ToList();
        var table = await bench.CommandAsync(["analyze", "--data", bench.Data]);
        var none = (await bench.RunAsync(Yaml.Of())).Json.GetProperty("analysis").GetProperty("slices");

        Assert.Equal(["lonely", "long", "odd", "short"], slices.Select(slice => Text(slice, "tag")));
        Assert.Equal([1, 10, 10, 29], slices.Select(slice => slice.GetProperty("scenarios").GetInt32()));
        var comparisons = slices.ConvertAll(slice => Assert.Single(slice.GetProperty("comparisons").EnumerateArray()));
        Assert.Equal(["inconclusive", "better", "better", "better"], comparisons.Select(comparison => Text(comparison, "verdict")));
        var (alone, adjusted) = (PValues("pValue"), PValues("adjustedPValue"));

        // Of three: the largest stays, and none is less than what its rank makes of it.
        Assert.Equal(alone.Max(), adjusted.Max(), 12);
        Assert.All(alone.Order().Zip(adjusted.Order()).Index(), pair => Assert.InRange(pair.Item.Second, pair.Item.First, Math.Min(1, pair.Item.First * 3 / (pair.Index + 1)) + 1e-12));
        Assert.Equal(2, slices[1].GetProperty("perModel").GetArrayLength());
        Assert.Contains("10 scenarios", Text(comparisons[1], "summary"), StringComparison.Ordinal);
        Assert.Matches(@"(?s)By tag, against sim-noisy.*short +sim-better-1 +better", table.Output);
        Assert.Equal(JsonValueKind.Null, none.ValueKind);

        List<double> PValues(string name) => [.. comparisons.Skip(1).Select(comparison => comparison.GetProperty(name).GetDouble())];
    }

    [Fact]
    public async Task Missing_cells_give_bounds()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Yaml.Of(scenarios: 20, samples: 3, models: ["sim-noisy", "sim-malformed-0.3"]));

        var bounds = Assert.Single(Comparisons(result.Json)).GetProperty("bounds");
        Assert.InRange(bounds.GetProperty("missing").GetInt32(), 1, 59);
        Assert.True(bounds.GetProperty("lower").GetDouble() < bounds.GetProperty("upper").GetDouble());
    }

    [Theory]
    [InlineData("compare: { margin: 0 }", "compare.margin must be above 0, but is 0.")]
    [InlineData("compare: { margins: { number: -1 } }", "compare.margins.number must be above 0, but is -1.")]
    [InlineData("compare: { margins: { nubmer: 1 } }", "compare.margins.nubmer is not a known field; did you mean \"number\"?")]
    [InlineData("compare: { control: gpt }", "compare.control must be one of openai-compatible:sim-noisy, but is \"gpt\".")]
    [InlineData("compare: { metrics: [speed] }", "compare.metrics[0] must be the name of a scorer (number), but is \"speed\".")]
    [InlineData("compare: { confidence: 95 }", "compare.confidence must be between 0.8 and 0.999, but is 95.")]
    [InlineData("compare: { pairs: some }", "compare.pairs must be control or all, but is \"some\".")]
    [InlineData("compare: { correctoin: none }", "did you mean \"correction\"?")]
    [InlineData("stopping: { futility: true }", "stopping.lookEvery is required, but is missing.")]
    [InlineData("stopping: { lookEvery: 0 }", "stopping.lookEvery must be between 1 and 100,000, but is 0.")]
    [InlineData("stopping: { lookEvery: 5, type: often }", "stopping.type must be obrien_fleming or pocock or anytime, but is \"often\".")]
    [InlineData("stopping: { lookEvery: 5, metric: speed }", "stopping.metric must be the name of a scorer (number), but is \"speed\".")]
    public async Task A_comparison_that_means_nothing_is_refused_with_its_line(string more, string message)
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Yaml.Of(more: more + "\n"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    private static IEnumerable<double> Margins(IEnumerable<JsonElement> elements) => elements.Select(element => element.GetProperty("margin").GetDouble());

    private static IEnumerable<string> Warnings(JsonElement result) =>
        result.GetProperty("analysis").GetProperty("warnings").EnumerateArray().Select(warning => Text(warning, "code"));

    internal static List<JsonElement> Comparisons(JsonElement result) => [.. result.GetProperty("analysis").GetProperty("comparisons").EnumerateArray()];

    internal static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
