using System.Text.Json;
using FunctionsEval.Cli;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Prices;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Prices;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Records;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.Functions.Tests.Runs;

public sealed class Keeping_a_budget
{
    private const string Definition = """
        name: priced
        scenarios:
          - { id: a, prompt: "How acceptable is a?" }
          - { id: b, prompt: "How acceptable is b?" }
        models: ["openai-compatible:sim-noisy"]
        samplesPerScenario: 50
        config: { maxTokens: 100 }
        scorers: [{ type: number, pattern: 'Rating:\s*(\d)', min: 1, max: 5 }]
        """;

    // 5 tokens in and 3 out: a call costs $0.0035; reserved are 100 tokens out.
    private const string Prices = """
        version: 2026-11-21
        vendors:
          openai-compatible:
            asOf: 2026-11-21
            source: made up
            models:
              sim-noisy: { input: 100, output: 1000 }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_costs_what_its_calls_cost()
    {
        await using var bench = await PricedAsync();

        var result = await bench.RunAsync(Definition);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(0.35m, result.Json.GetProperty("cost").GetProperty("usd").GetDecimal());
        Assert.Equal(0.35m, result.Json.GetProperty("progress").GetProperty("perModel")[0].GetProperty("costUsd").GetDecimal());
    }

    [Fact]
    public async Task A_model_without_a_price_has_an_unknown_cost_and_not_none()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Definition);

        Assert.Equal(JsonValueKind.Null, result.Json.GetProperty("cost").GetProperty("usd").ValueKind);
        Assert.Equal(100, result.Json.GetProperty("cost").GetProperty("unpricedCells").GetInt32());
    }

    [Fact]
    public async Task A_spent_budget_ends_the_run_with_what_it_has_and_is_never_exceeded()
    {
        await using var bench = await PricedAsync();

        var result = await bench.RunAsync(Definition, "--budget", "0.25");

        var json = result.Json;
        var done = json.GetProperty("progress").GetProperty("completed").GetInt64();
        Assert.Equal(("completed", "budget"), (json.GetProperty("status").GetString(), json.GetProperty("stopReason").GetString()));
        Assert.InRange(json.GetProperty("cost").GetProperty("usd").GetDecimal(), 0.10m, 0.25m);
        Assert.Equal(0.0035m * done, json.GetProperty("cost").GetProperty("usd").GetDecimal());
        Assert.InRange(done, 30, 71);
        Assert.Equal(done, bench.Simulator.Stats().Calls);
        Assert.Equal(done, json.GetProperty("analysis").GetProperty("perModel")[0].GetProperty("sampleCount").GetInt64());
        Assert.Contains("The budget of $0.25 does not cover another call.", json.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_spent_its_budget_goes_on_with_a_higher_one()
    {
        await using var bench = await PricedAsync();
        var stopped = await bench.RunAsync(Definition, "--budget", "0.25");
        var runId = stopped.Json.GetProperty("runId").GetString()!;
        string[] extend = ["extend", runId, "--base-url", bench.BaseUrl, "--data", bench.Data, "--json"];

        var without = await bench.CommandAsync([.. extend, "--samples", "30"]);
        var lower = await bench.CommandAsync([.. extend, "--budget", "0.2"]);
        var higher = await bench.CommandAsync([.. extend, "--budget", "10"]);

        Assert.Equal((ExitCodes.Usage, ExitCodes.Usage, ExitCodes.Completed), (without.ExitCode, lower.ExitCode, higher.ExitCode));
        Assert.Contains("the run has spent its 0.25", without.Error, StringComparison.Ordinal);
        Assert.Contains("must be above the 0.25", lower.Error, StringComparison.Ordinal);
        Assert.Equal(100, higher.Json.GetProperty("progress").GetProperty("completed").GetInt64());
        Assert.False(higher.Json.TryGetProperty("stopReason", out var reason) && reason.ValueKind != JsonValueKind.Null);
        Assert.Equal(100, bench.Simulator.Stats().Calls);
    }

    [Fact]
    public async Task A_budget_that_is_leased_ends_the_run_as_one_that_is_not()
    {
        await using var bench = await PricedAsync();
        var settings = new Settings(bench.Environment.GetValueOrDefault, bench.Data, bench.BaseUrl);
        await using var server = RunServer.Start(settings, NullLoggerFactory.Instance);

        var definition = RunServer.Definition(scenarios: 4, samples: 25) with { Config = new ProbeConfig(MaxTokens: 100), Budget = new Evaluation.Definitions.Budget(0.25) };
        var run = await server.EndAsync(await server.StartRunAsync(definition));

        Assert.Equal((RunStatus.Completed, RunCourse.StoppedByBudget), (run.Status, run.Course.StopReason));
        Assert.InRange(await server.Services.Cells.SpentAsync(run), 0.10m, 0.25m);
        Assert.Equal(bench.Simulator.Stats().Calls, await server.DoneAsync(run));
    }

    [Fact]
    public async Task A_budget_refuses_a_model_without_a_price_unless_told_otherwise()
    {
        await using var bench = await Workbench.CreateAsync();

        var refused = await bench.RunAsync(Definition, "--budget", "1");
        var allowed = await bench.RunAsync(Definition, "--budget", "1", "--allow-unknown-price");
        var nonsense = await bench.RunAsync(Definition, "--budget", "-1");

        Assert.Equal(ExitCodes.Usage, refused.ExitCode);
        Assert.Contains("'openai-compatible:sim-noisy' has none in the price table of 2026-", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--allow-unknown-price", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, allowed.ExitCode);
        Assert.Equal(ExitCodes.Usage, nonsense.ExitCode);
        Assert.Contains("--budget must be above 0 and at most 1,000,000, but is -1", nonsense.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_spent_and_reserved_before_a_crash_is_not_there_again()
    {
        await using var bench = await PricedAsync();
        await bench.RunAsync(Definition, "--budget", "1");
        var run = (await bench.ReadAsync()).Run;
        await using var services = bench.Open();
        await services.Cells.IntendAsync(run.RunId, new(0, 0, 60), calls: 1, lost: 0, reserved: 0.1m);
        await services.Cells.IntendAsync(run.RunId, new(0, 0, 60), calls: 2, lost: 0, reserved: 0.1m);

        Assert.Equal(0.35m + 0.2m, await services.Cells.SpentAsync(run));
    }

    [Fact]
    public void The_cost_of_an_attempt_is_known_only_with_a_price_and_only_when_nobody_can_have_charged_in_vain()
    {
        var priced = new CallPrices("openai-compatible", new Price(100, 1000));
        var priceless = new CallPrices("openai-compatible", null);
        ModelOutcome[] outcomes =
        [
            new ModelOutcome.Answered(new ModelAnswer("3", "stop", "m", new TokenUsage(5, 3), null)),
            new ModelOutcome.Failed(new ModelFailure(ModelErrorCode.RateLimit, "Too many requests.", 429)),
            new ModelOutcome.Failed(new ModelFailure(ModelErrorCode.Timeout, "No answer.")),
        ];

        Assert.Equal([0.0035m, 0m, null], outcomes.Select(outcome => priced.Of(outcome, [])));
        Assert.All(outcomes, outcome => Assert.Null(priceless.Of(outcome, [])));
    }

    [Fact]
    public async Task Reservations_wait_for_what_is_under_way_and_give_up_when_nothing_is()
    {
        var budget = new RunBudget(1, 0.2m);
        Assert.True(await budget.ReserveAsync(0.5m, Cancel));

        var waiting = budget.ReserveAsync(0.5m, Cancel);
        Assert.False(waiting.IsCompleted);
        budget.Settle(0.5m, 0.1m);

        Assert.True(await waiting);
        budget.Settle(0.5m, 0.5m);
        Assert.Equal(1 - 0.8m, budget.Free);
        Assert.False(await budget.ReserveAsync(0.3m, Cancel));
    }

    [Fact]
    public void The_price_table_is_dated_has_a_source_for_every_vendor_and_finds_dated_models()
    {
        var table = PriceTableReader.Load(null);

        Assert.Equal(["anthropic", "deepseek", "google", "mistral", "openai", "xai"], table.Vendors.Keys.Order());
        Assert.All(table.Vendors.Values, vendor => Assert.StartsWith("https://", vendor.Source, StringComparison.Ordinal));
        Assert.All(table.Vendors.Values.SelectMany(vendor => vendor.Models.Values), price => Assert.True(price.Input > 0 && price.Output >= price.Input));
        Assert.Equal(table.Find("openai", "gpt-4.1-mini"), table.Find("openai", "gpt-4.1-mini-2025-04-14"));
        Assert.Null(table.Find("openai", "gpt-4.1-micro"));
        Assert.Null(table.Find("openai-compatible", "gpt-4.1-mini"));
        Assert.Equal(2.5m, table.Find("google", "gemini-2.5-pro")!.CostOf(new(1_000_000, 0)));
        Assert.Equal(1.25m * 0.2m, table.Find("google", "gemini-2.5-pro")!.CostOf(new(200_000, 0)));
        Assert.Equal((900 * 2m) + (100 * 0.5m) + (50 * 8m), 1_000_000 * table.Find("openai", "gpt-4.1")!.CostOf(new(1000, 50, 20, 100)));
    }

    [Theory]
    [InlineData("version: soon\nvendors: {}", "version must be a date")]
    [InlineData("version: 2026-01-01\nvendors: { a: { asOf: 2026-01-01, source: x, models: { m: { input: 1 } } } }", "vendors.a.models.m.output must be given")]
    [InlineData("version: 2026-01-01\nvendors: { a: { asOf: 2026-01-01, source: x, models: { m: { input: cheap, output: 1 } } } }", "vendors.a.models.m.input must be a number")]
    public void A_broken_price_table_says_where(string yaml, string expected)
    {
        var error = Assert.Throws<FormatException>(() => PriceTableReader.Parse("mine.yaml", yaml));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("mine.yaml: line ", error.Message, StringComparison.Ordinal);
    }

    private static async Task<Workbench> PricedAsync()
    {
        var bench = await Workbench.CreateAsync(new SimulatorOptions());
        bench.Environment["FUNCTIONSEVAL_PRICES"] = bench.Write("prices.yaml", Prices);
        return bench;
    }
}
