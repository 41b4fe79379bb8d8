using System.Net;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Planning;

namespace FunctionsEval.Functions.Tests.Cli;

public sealed class Planning
{
    [Fact]
    public async Task Given_variances_make_a_plan_without_any_store()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.CommandAsync(
            ["plan", "--effect", "0.03", "--difference-variance", "0.1111111111", "--within", "0.1666666667", "--samples", "10", "--items", "500",
             "--cost-per-call", "0.01", "--seconds-per-cell", "0.5", "--data", bench.Data, "--json"]);

        // R: power.t.test(delta=.03, sd=sqrt(1/9+2/60), power=.8, type="paired", strict=TRUE)$n is 1261.6; with n=500 delta is 0.04768.
        Assert.Equal(0, result.ExitCode);
        var plan = result.Json.GetProperty("plan");
        Assert.Equal(1262, plan.GetProperty("items").GetInt32());
        Assert.Contains("\"alpha\":0.05,", result.Output, StringComparison.Ordinal);
        Assert.Equal(25_240, plan.GetProperty("calls").GetInt64());
        Assert.Equal(252.4, plan.GetProperty("cost").GetDouble(), 1e-9);
        Assert.Equal(12_620, plan.GetProperty("wallSeconds").GetDouble(), 1e-6);
        Assert.InRange(result.Json.GetProperty("detectableEffect").GetDouble(), 0.0475, 0.0479);
        var items = result.Json.GetProperty("curve").EnumerateArray().Select(point => point.GetProperty("items").GetInt32()).ToList();
        Assert.Equal(items.OrderDescending(), items);
        Assert.False(Directory.Exists(bench.Data));
    }

    [Fact]
    public async Task Few_scenarios_are_counted_by_the_test_of_the_run_which_needs_a_little_more_than_the_formula_says()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.CommandAsync(["plan", "--effect", "0.6", "--difference-variance", "0.2", "--within", "0.3", "--items", "12", "--json"]);

        // R: ceiling(power.t.test(delta = .6, sd = sqrt(.8), power = .8, type = "one.sample", strict = TRUE)$n) is 20, and with n = 12 delta is 0.7905.
        var plan = result.Json.GetProperty("plan");
        Assert.InRange(plan.GetProperty("items").GetInt32(), 20, 23);
        Assert.InRange(plan.GetProperty("power").GetDouble(), 0.8, 0.85);
        Assert.InRange(result.Json.GetProperty("detectableEffect").GetDouble(), 0.79, 0.88);
        Assert.Contains("The formula of the t test says 20.", result.Output, StringComparison.Ordinal);
        Assert.All(result.Json.GetProperty("curve").EnumerateArray(), point => Assert.InRange(point.GetProperty("power").GetDouble(), 0.8, 1));
    }

    // R: rpact 3.3.4, getDesignInverseNormal(kMax = 4, beta = .2, sided = 2, alpha = .05, typeOfDesign = "asOF"): inflation 1.0196, 0.8387 and 1.0139 of the fixed plan.
    [Fact]
    public async Task Looks_have_a_price_and_unpaired_designs_a_plan()
    {
        await using var bench = await Workbench.CreateAsync();
        string[] given = ["plan", "--effect", "0.1", "--difference-variance", "0.2", "--within", "0.1", "--samples", "2", "--data", bench.Data];

        var plan = await bench.CommandAsync([.. given, "--looks", "4", "--json"]);
        var words = await bench.CommandAsync([.. given, "--looks", "4"]);
        var unpaired = await bench.CommandAsync([.. given, "--unpaired", "--json"]);

        var items = plan.Json.GetProperty("plan").GetProperty("items").GetInt32();
        var looks = plan.Json.GetProperty("looks");
        Assert.Equal(Math.Ceiling(items * 1.0196373), looks.GetProperty("largestItems").GetInt32());
        Assert.Equal(items * 0.8387422, looks.GetProperty("expectedItems").GetDouble(), 0.01);
        Assert.Equal(items * 1.0139365, looks.GetProperty("expectedItemsWithoutEffect").GetDouble(), 0.01);
        Assert.Matches($@"With 4 looks: at most {looks.GetProperty("largestItems").GetInt32()} scenarios, on average \d+ with that difference and \d+ without", System.Text.RegularExpressions.Regex.Replace(words.Output, @"\s+", " "));
        Assert.Equal(items, unpaired.Json.GetProperty("plan").GetProperty("items").GetInt32());
    }

    [Fact]
    public async Task A_pilot_gives_the_spread_that_its_models_really_have()
    {
        await using var bench = await Workbench.CreateAsync();
        var pilot = await bench.RunAsync(Yaml.Of(scenarios: 200, samples: 4, models: ["sim-noisy", "sim-better-0.5"]));
        var runId = pilot.Json.GetProperty("runId").GetString()!;

        var result = await bench.CommandAsync(["plan", "--pilot", runId[..^2], "--effect", "0.2", "--samples", "3", "--data", bench.Data, "--json"]);
        var table = await bench.CommandAsync(["plan", "--pilot", "latest", "--effect", "0.2", "--data", bench.Data]);

        // The truth: no variance of the difference, 5/12 within; so 2 x 5/36 / 0.2² x 7.85 + 2 = 57 scenarios. Chance stays within five standard errors: 0.025 of the variance within, 3.5 scenarios.
        var spread = result.Json.GetProperty("spread");
        Assert.InRange(spread.GetProperty("differenceVariance").GetDouble(), 0, 0.09);
        Assert.InRange(spread.GetProperty("withinVariance").GetDouble(), 0.29, 0.55);
        Assert.InRange(result.Json.GetProperty("plan").GetProperty("items").GetInt32(), 40, 85);
        Assert.Equal(result.Json.GetProperty("plan").GetProperty("cells").GetInt64(), result.Json.GetProperty("plan").GetProperty("calls").GetInt64());
        Assert.Contains("The same power with", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_for_people_names_options_and_counts_one_sample_as_one()
    {
        await using var bench = await Workbench.CreateAsync();

        var plan = await bench.CommandAsync(["plan", "--effect", "0.00025", "--difference-variance", "0.00001", "--within", "0.00002", "--seconds-per-cell", "0.01"]);
        var hopeless = await bench.CommandAsync(["plan", "--effect", "1e-7", "--difference-variance", "0.1", "--within", "0.2"]);

        Assert.Matches(@"difference of 0\.00025 in 80 % of the cases: [\d,]+ scenarios with 1 sample of either variant", plan.Output);
        Assert.Contains("give --cost-per-scenario if they do", plan.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ +1 +[\d,]+ +[\d,]+ +[\d,]+ +- +\d+(\.\d)? min", plan.Output);
        Assert.Equal((0, 0), (plan.ExitCode, hopeless.ExitCode));
        Assert.StartsWith("Finding a difference of 1E-07 takes more than 100,000,000 scenarios", hopeless.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("The same power with", hopeless.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pilot_of_other_variants_is_refused_by_the_option_that_is_wrong()
    {
        await using var bench = await Workbench.CreateAsync();
        var pilot = (await bench.RunAsync(Yaml.Of(scenarios: 3, samples: 2, models: ["sim-noisy", "sim-steady"]))).Json.GetProperty("runId").GetString()!;
        var alone = (await bench.RunAsync(Yaml.Of(scenarios: 3, samples: 2, models: ["sim-noisy"]))).Json.GetProperty("runId").GetString()!;

        var variant = await bench.CommandAsync(["plan", "--effect", "1", "--pilot", pilot, "--variant", "zz", "--data", bench.Data]);
        var control = await bench.CommandAsync(["plan", "--effect", "1", "--pilot", pilot, "--control", "zz", "--data", bench.Data]);
        var single = await bench.CommandAsync(["plan", "--effect", "1", "--pilot", alone, "--data", bench.Data]);

        Assert.All(new[] { variant, control, single }, result => Assert.Equal(1, result.ExitCode));
        Assert.Contains("--variant must be one of the pilot's variants other than 'openai-compatible:sim-noisy'", variant.Error, StringComparison.Ordinal);
        Assert.Contains("--control must be one of the pilot's variants (openai-compatible:sim-noisy, openai-compatible:sim-steady), but is 'zz'.", control.Error, StringComparison.Ordinal);
        Assert.Contains($"--pilot '{alone}' has one variant, 'openai-compatible:sim-noisy'", single.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hours_in_which_nothing_was_worked_on_are_neither_in_the_plan_nor_in_the_time_of_a_command()
    {
        await using var bench = await Workbench.CreateAsync();
        var runId = (await bench.RunAsync(Yaml.Of(scenarios: 20, samples: 2, models: ["sim-noisy", "sim-better-0.5"]))).Json.GetProperty("runId").GetString()!;
        await using (var services = bench.Open())
        {
            await services.Runs.ChangeAsync(runId, run => run with { Course = run.Course with { StartedAt = run.Course.StartedAt - TimeSpan.FromHours(5) } }, CancellationToken.None);
        }

        var plan = await bench.CommandAsync(["plan", "--pilot", runId, "--effect", "0.2", "--samples", "2", "--data", bench.Data, "--json"]);
        var analysis = await bench.CommandAsync(["analyze", runId, "--data", bench.Data, "--json"]);
        var rescored = await bench.CommandAsync(["rescore", runId, bench.Path("definition.yaml"), "--data", bench.Data, "--json"]);

        var point = plan.Json.GetProperty("plan");
        var secondsPerCell = point.GetProperty("wallSeconds").GetDouble() / point.GetProperty("cells").GetInt64();
        Assert.InRange(80 * secondsPerCell, 1e-9, 3_600);
        Assert.InRange(analysis.Json.GetProperty("elapsedSeconds").GetDouble(), 0, 3_600);
        Assert.InRange(rescored.Json.GetProperty("elapsedSeconds").GetDouble(), 0, 3_600);
    }

    [Fact]
    public void Time_worked_bridges_waits_and_leaves_out_pauses()
    {
        var start = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var worked = new WorkedTime();

        Assert.Null(worked.Total());
        foreach (var (from, to) in new[] { (3_000, 3_010), (0, 10), (70, 75), (5, 40), (3_002, 3_004), (75, 50_000) })
        {
            worked.Add(start.AddSeconds(from), start.AddSeconds(to));
        }

        Assert.Equal(TimeSpan.FromSeconds(75 + 10 + 300), worked.Total());
    }

    [Fact]
    public async Task A_pilot_with_one_sample_plans_one_sample()
    {
        await using var bench = await Workbench.CreateAsync();
        var pilot = await bench.RunAsync(Yaml.Of(scenarios: 40, samples: 1, models: ["sim-noisy", "sim-better-0.5"]));

        var result = await bench.CommandAsync(
            ["plan", "--pilot", pilot.Json.GetProperty("runId").GetString()!, "--effect", "0.2", "--samples", "3", "--data", bench.Data, "--json"]);

        Assert.Equal(1, result.Json.GetProperty("plan").GetProperty("samplesPerScenario").GetInt32());
        Assert.Equal(0, result.Json.GetProperty("curve").GetArrayLength());
        Assert.Contains("one sample a scenario", result.Json.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
    }

    // R: power.t.test(delta = .9, sd = sqrt(.3), power = .8, type = "one.sample", strict = TRUE)$n, rounded up
    [Theory]
    [InlineData("--difference-variance 0.1 --within 0.1", 6)]
    [InlineData("--difference-variance 0 --within 0", 2)]
    public async Task A_large_effect_takes_few_scenarios(string options, int items)
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.CommandAsync(["plan", "--effect", "0.9", "--data", bench.Data, "--json", .. options.Split(' ')]);

        Assert.Equal(items, result.Json.GetProperty("plan").GetProperty("items").GetInt32());
        Assert.Equal(items == 2, result.Json.GetProperty("notes").EnumerateArray().Any(text => text.GetString()!.Contains("All variances are given as 0", StringComparison.Ordinal)));
    }

    [Fact]
    public void Looks_have_a_largest_and_an_expected_number_and_unknown_spread_a_safe_one()
    {
        var outcome = PlanComparison.PlanGiven(new PlanRequest(0.2, DifferenceVariance: 0.5, WithinVariance: 0.5, Looks: 4));

        // R: rpact::getDesignCharacteristics(getDesignGroupSequential(kMax = 4, alpha = .05, sided = 2, typeOfDesign = "asOF", beta = .2)):
        // inflationFactor 1.0196, averageSampleNumber1 0.8387, averageSampleNumber0 1.0139
        var report = Assert.IsType<PlanOutcome.Planned>(outcome).Report;
        var (looks, items) = (report.Looks!, report.Plan.Items!.Value);
        Assert.Equal(Math.Ceiling(items * 1.019637), looks.LargestItems);
        Assert.Equal(items * 0.838742, looks.ExpectedItems, 0.2);
        Assert.Equal(items * 1.013937, looks.ExpectedItemsWithoutEffect, 0.2);
        Assert.Equal(4, looks.Boundaries.Count);
        Assert.Null(report.ItemsByUpperSpread);
    }

    [Theory]
    [InlineData("--effect 0 --difference-variance 1 --within 1", "--effect must be finite and not 0, but is 0.")]
    [InlineData("--effect 1", "Give either --pilot, or --difference-variance and --within.")]
    [InlineData("--effect 1 --within 1", "Give either --pilot, or --difference-variance and --within.")]
    [InlineData("--effect 1 --difference-variance 1 --within -1", "--within must be finite and not negative, but is -1.")]
    [InlineData("--effect 1 --difference-variance 1 --within 1 --power 2", "--power must be between 0.5 and 0.999, but is 2.")]
    [InlineData("--effect 1 --difference-variance 1 --within 1 --samples 0", "--samples must be between 1 and 100, but is 0.")]
    public async Task Nonsense_is_refused_by_field_value_and_rule(string options, string message)
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.CommandAsync(["plan", "--data", bench.Data, .. options.Split(' ')]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_is_answered_over_http()
    {
        await using var host = await ServerHost.StartAsync();

        var plan = await host.PostAsync("/api/plans", """{"effect":0.03,"differenceVariance":0.1111111111,"withinVariance":0.1666666667,"samplesPerScenario":10}""");
        var bad = await host.PostAsync("/api/plans", """{"effect":0}""");
        var unknown = await host.PostAsync("/api/plans", """{"effect":0.1,"pilotRunId":"r000000000000000"}""");

        Assert.Equal(1262, plan.Json.GetProperty("plan").GetProperty("items").GetInt32());
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.NotFound), (bad.Status, unknown.Status));
        Assert.Contains("effect must be finite and not 0", bad.Text, StringComparison.Ordinal);
    }
}
