using System.Text.Json;
using FunctionsEval.Functions.Tests.Content;
using FunctionsEval.Functions.Tests.Http;

namespace FunctionsEval.Functions.Tests.AbTests;

/// <summary>What an A/B test says of differences and of money: one variant has a price, the other has none.</summary>
public sealed class Reporting_ab_tests
{
    private const string Prices = """
        version: 2026-11-21
        vendors:
          openai-compatible:
            asOf: 2026-11-21
            source: made up
            models:
              sim-noisy: { input: 100, output: 1000 }
        """;

    private static readonly string[] Metrics = ["ai_score", "is_relevant", "is_novel", "should_deep_summarize"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_command_judges_every_difference_on_the_same_candidates()
    {
        await using var bench = await PricedAsync();
        var json = (await AbTestAsync(bench)).Json;
        var table = await bench.CommandAsync(["analyze", "--data", bench.Data], Cancel);

        Assert.Equal(["runId", "status", "progress"], json.EnumerateObject().Take(3).Select(property => property.Name));
        AssertJudged(json.GetProperty("abTest"), control: "a", variant: "b", items: 40);
        Assert.Equal(4, json.GetProperty("analysis").GetProperty("comparisons").GetArrayLength());
        Assert.Contains("Verdicts against a", table.Output, StringComparison.Ordinal);
        Assert.All(Metrics, metric => Assert.Contains(metric, table.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_command_says_what_each_variant_and_each_cell_cost()
    {
        await using var bench = await PricedAsync();
        var json = (await AbTestAsync(bench)).Json;
        var table = await bench.CommandAsync(["analyze", "--data", bench.Data], Cancel);

        var variants = json.GetProperty("abTest").GetProperty("perVariant").EnumerateArray().ToList();
        var cost = variants[0].GetProperty("costUsd").GetDecimal();
        Assert.Equal((variants[0].GetProperty("inputTokens").GetInt64() * 0.0001m) + (variants[0].GetProperty("outputTokens").GetInt64() * 0.001m), cost);
        Assert.Equal(JsonValueKind.Null, variants[1].GetProperty("costUsd").ValueKind);
        var cells = json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("variants")).ToList();
        Assert.Equal(cost, cells.Sum(cell => cell[0].GetProperty("costUsd").GetDecimal()));
        Assert.All(cells, cell => Assert.Equal(JsonValueKind.Null, cell[1].GetProperty("costUsd").ValueKind));
        Assert.Contains("cost", table.Output, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"${cost:0.######}"), table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_price_the_table_has_no_column_for_it()
    {
        await using var bench = await Workbench.CreateAsync();
        await AbTestAsync(bench);

        var table = await bench.CommandAsync(["analyze", "--data", bench.Data], Cancel);

        Assert.Contains("Triage by variant", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("cost", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("$", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_http_results_calls_and_analysis_have_their_cost_and_their_verdicts()
    {
        var bench = await PricedAsync();
        bench.Environment["ENABLE_ABTESTS"] = "true";
        bench.Environment["OPENAI_COMPATIBLE_BASE_URL"] = bench.BaseUrl;
        await using var host = await ServerHost.StartAsync(bench);
        await host.PostAsync("/api/content/import", ContentFiles.Of(100));
        var runId = (await host.PostAsync("/api/admin/abtests", AbTestBodies.Good(samples: 2).ToJsonString())).Json.GetProperty("runId").GetString()!;
        await host.UntilAsync(runId, "completed");

        var analysis = (await host.GetAsync($"/api/admin/abtests/{runId}/analysis")).Json;
        var results = (await host.GetAsync($"/api/admin/abtests/{runId}")).Json.GetProperty("results").EnumerateArray().ToList();
        var calls = (await host.GetAsync($"/api/runs/{runId}/calls?pageSize=1000")).Json.GetProperty("calls").EnumerateArray().ToList();

        AssertJudged(analysis, control: "v0", variant: "v1", items: 40);
        var cost = analysis.GetProperty("perVariant")[0].GetProperty("costUsd").GetDecimal();
        Assert.True(cost > 0);
        Assert.Equal(cost, results.Where(result => Text(result, "variantId") == "v000").Sum(result => result.GetProperty("costUsd").GetDecimal()));
        Assert.Equal(cost, calls.Where(call => Text(call, "variant") == "v0").Sum(call => call.GetProperty("costUsd").GetDecimal()));

        // What has no price is unknown, which is not nothing.
        Assert.Equal(JsonValueKind.Null, analysis.GetProperty("perVariant")[1].GetProperty("costUsd").ValueKind);
        Assert.All(
            results.Where(result => Text(result, "variantId") == "v001").Concat(calls.Where(call => Text(call, "variant") == "v1")),
            priceless => Assert.Equal(JsonValueKind.Null, priceless.GetProperty("costUsd").ValueKind));
    }

    private static void AssertJudged(JsonElement analysis, string control, string variant, int items)
    {
        var comparisons = analysis.GetProperty("comparisons").EnumerateArray().ToList();
        Assert.Equal(Metrics, comparisons.Select(comparison => Text(comparison, "metric")));
        Assert.All(comparisons, comparison => Assert.Equal(
            (control, variant, items), (Text(comparison, "control"), Text(comparison, "variant"), comparison.GetProperty("items").GetInt32())));

        // Half a unit is planted, 25 points each; what is novel hangs on the candidate alone.
        Assert.Equal("better", Text(comparisons[0], "verdict"));
        Assert.InRange(comparisons[0].GetProperty("effect").GetDouble(), 7, 18);
        Assert.Equal(("inconclusive", 0), (Text(comparisons[2], "verdict"), comparisons[2].GetProperty("effect").GetDouble()));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    [Fact]
    public async Task With_a_margin_variants_that_are_alike_are_equivalent_in_points_and_in_flags()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await AbTestAsync(bench, "sim-steady", "sim-steady-1", "--margin", "15");

        var comparisons = result.Json.GetProperty("analysis").GetProperty("comparisons").EnumerateArray().ToList();
        Assert.Equal(Metrics, comparisons.Select(comparison => Text(comparison, "metric")));
        Assert.Equal([15, 0.15, 0.15, 0.15], comparisons.Select(comparison => comparison.GetProperty("margin").GetDouble()));
        Assert.All(comparisons, comparison => Assert.Equal("equivalent", Text(comparison, "verdict")));
    }

    private static async Task<Workbench> PricedAsync()
    {
        var bench = await Workbench.CreateAsync();
        bench.Environment["FUNCTIONSEVAL_PRICES"] = bench.Write("prices.yaml", Prices);
        return bench;
    }

    private static async Task<CommandResult> AbTestAsync(Workbench bench, string first = "sim-noisy", string second = "sim-better-0.5", params string[] more)
    {
        await bench.CommandAsync(["import", bench.Write("content.jsonl", ContentFiles.Of(100)), "--data", bench.Data], Cancel);
        var result = await bench.CommandAsync(
            [
                "abtest", ContentFiles.TopicId, "--from", "2026-05-04", "--to", "2026-05-08", "--max-items", "40", "--samples", "2",
                "--variant", $"a=openai-compatible:{first}", "--variant", $"b=openai-compatible:{second}",
                "--data", bench.Data, "--base-url", bench.BaseUrl, "--json", .. more,
            ],
            Cancel);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }
}
