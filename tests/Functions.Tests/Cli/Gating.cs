using System.Xml.Linq;
using FunctionsEval.Cli;

namespace FunctionsEval.Functions.Tests.Cli;

public sealed class Gating
{
    // Answers differ from run to run: of 60 scenarios x 4 samples a difference has a standard error of 0.06, so that equal models are less
    // than 0.35 apart for sure, and those that are 0.5 apart more.
    private const string Margin = "0.35";

    [Fact]
    public async Task A_run_that_is_as_good_passes_and_one_that_is_worse_regresses()
    {
        await using var bench = await Workbench.CreateAsync();
        var baseline = await RunIdAsync(bench, "one");
        var same = await RunIdAsync(bench, "two");
        var better = await RunIdAsync(bench, "sim-better-0.5");

        var pass = await GateAsync(bench, same, baseline);
        var regress = await GateAsync(bench, baseline, better);

        Assert.Equal((ExitCodes.Completed, "pass"), (pass.ExitCode, pass.Json.GetProperty("outcome").GetString()));
        Assert.Equal((ExitCodes.Regress, "regress"), (regress.ExitCode, regress.Json.GetProperty("outcome").GetString()));
        var check = Assert.Single(regress.Json.GetProperty("checks").EnumerateArray());
        Assert.InRange(check.GetProperty("effect").GetDouble(), -0.5 - (4.5 * 0.06), -0.5 + (4.5 * 0.06));
        Assert.Equal(60, check.GetProperty("items").GetInt32());
    }

    [Fact]
    public async Task Too_little_data_is_inconclusive_and_is_said_in_every_document()
    {
        await using var bench = await Workbench.CreateAsync();
        var baseline = await RunIdAsync(bench, "one", scenarios: 3, samples: 1);
        var run = await RunIdAsync(bench, "two", scenarios: 3, samples: 1);

        var result = await GateAsync(bench, run, baseline, "--junit", bench.Path("gate.xml"), "--markdown", bench.Path("gate.md"));

        Assert.Equal(ExitCodes.Inconclusive, result.ExitCode);
        var suite = XDocument.Parse(await File.ReadAllTextAsync(bench.Path("gate.xml"), TestContext.Current.CancellationToken)).Root!;
        Assert.Equal(("1", "0", "1"), (suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value, suite.Attribute("errors")!.Value));
        var error = suite.Element("testcase")!.Element("error")!;
        Assert.Equal("inconclusive", error.Attribute("type")!.Value);
        Assert.Contains("openai-compatible:one of the baseline", error.Attribute("message")!.Value, StringComparison.Ordinal);
        Assert.Contains("With 3 scenarios it holds if", await File.ReadAllTextAsync(bench.Path("gate.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("**inconclusive**", await File.ReadAllTextAsync(bench.Path("gate.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_no_baseline_of_itself_but_its_variants_can_be_compared()
    {
        await using var bench = await Workbench.CreateAsync();
        var run = await RunIdAsync(bench, "one", scenarios: 12, samples: 1);

        var result = await GateAsync(bench, run, run);

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains($"run '{run}' would be compared with itself", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_metric_is_a_wrong_command_and_no_verdict_on_the_run()
    {
        await using var bench = await Workbench.CreateAsync();
        var baseline = await RunIdAsync(bench, "one", scenarios: 12, samples: 1);
        var run = await RunIdAsync(bench, "two", scenarios: 12, samples: 1);

        var result = await GateAsync(bench, run, baseline, "--metric", "nmber");

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains("metric 'nmber' is in neither run, which have number.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_scores_and_scenarios_are_incomplete_unless_they_are_allowed()
    {
        await using var bench = await Workbench.CreateAsync();
        var baseline = await RunIdAsync(bench, "one");
        var holes = await RunIdAsync(bench, "sim-malformed-0.1");
        var fewer = await RunIdAsync(bench, "two", scenarios: 50);

        var incomplete = await GateAsync(bench, holes, baseline);
        var allowed = await GateAsync(bench, holes, baseline, "--allow-missing", "0.5");
        var short50 = await GateAsync(bench, fewer, baseline);

        Assert.Equal(ExitCodes.Incomplete, incomplete.ExitCode);
        Assert.Contains("cells without a score", incomplete.Json.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Completed, allowed.ExitCode);
        Assert.Equal(ExitCodes.Incomplete, short50.ExitCode);
        Assert.Contains("10 scenarios of the baseline are not in the run, such as 's050'", short50.Json.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_margin_or_a_shared_variant_there_is_no_gate()
    {
        await using var bench = await Workbench.CreateAsync();
        var run = await RunIdAsync(bench, "one", scenarios: 12, samples: 1);

        var other = await RunIdAsync(bench, "one", scenarios: 12, samples: 1);

        var noMargin = await bench.CommandAsync(["gate", run, "--baseline", other, "--data", bench.Data]);
        var noVariant = await GateAsync(bench, run, run, "--variant", "gpt");
        var noRun = await GateAsync(bench, run, "r000000000000000");
        var badMargin = await bench.CommandAsync(["gate", run, "--baseline", run, "--margin", "-1", "--data", bench.Data]);

        Assert.Equal((1, 1, 1, 1), (noMargin.ExitCode, noVariant.ExitCode, noRun.ExitCode, badMargin.ExitCode));
        Assert.Contains("give --margin", noMargin.Error, StringComparison.Ordinal);
        Assert.Contains("has no variant 'gpt'", noVariant.Error, StringComparison.Ordinal);
        Assert.Contains("does not exist", noRun.Error, StringComparison.Ordinal);
        Assert.Contains("--margin must be above 0, but is -1", badMargin.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--junit", "nowhere/gate.xml")]
    [InlineData("--markdown", "nowhere/gate.md")]
    [InlineData("--junit", "")]
    public async Task A_file_that_cannot_be_written_is_named_with_its_option(string option, string file)
    {
        await using var bench = await Workbench.CreateAsync();
        var baseline = await RunIdAsync(bench, "one", scenarios: 12, samples: 1);
        var run = await RunIdAsync(bench, "one", scenarios: 12, samples: 1);

        var result = await GateAsync(bench, run, baseline, option, bench.Path(file));

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith($"functionseval: {option} '{bench.Path(file)}' cannot be written: ", Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_summary_is_markdown()
    {
        await using var bench = await Workbench.CreateAsync();
        var baseline = await RunIdAsync(bench, "sim-steady", scenarios: 30, samples: 1);
        var run = await RunIdAsync(bench, "sim-steady", scenarios: 30, samples: 1);

        var result = await bench.CommandAsync(["gate", run, "--baseline", baseline, "--margin", "1", "--data", bench.Data]);

        Assert.Equal(ExitCodes.Completed, result.ExitCode);
        Assert.StartsWith("## Gate: pass", result.Output, StringComparison.Ordinal);
        Assert.Contains("| number |", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_baseline_may_be_a_file_of_results_or_the_latest_run_before_it()
    {
        await using var bench = await Workbench.CreateAsync();
        var yaml = Yaml.Of(60, 4, ["one"], $"{Yaml.Ratings}, {{ type: length, name: short, max: 400 }}");
        var baseline = await bench.RunAsync(yaml);
        var file = bench.Write("baseline.json", baseline.Output);
        var alone = bench.Write("analysis.json", baseline.Json.GetProperty("analysis").GetRawText());
        var run = (await bench.RunAsync(yaml)).Json.GetProperty("runId").GetString()!;

        var byRun = await GateAsync(bench, run, baseline.Json.GetProperty("runId").GetString()!);
        var byFile = await GateAsync(bench, run, file);
        var byAnalysis = await GateAsync(bench, run, alone);
        var latest = await GateAsync(bench, run, "latest");
        await bench.CommandAsync(["tag", baseline.Json.GetProperty("runId").GetString()!, "good/1", "--data", bench.Data]);
        await bench.CommandAsync(["export", baseline.Json.GetProperty("runId").GetString()!, "-o", bench.Path("export.json"), "--data", bench.Data]);
        var byTag = await GateAsync(bench, run, "good/1");
        var byExport = await GateAsync(bench, run, bench.Path("export.json"));
        var foreign = await GateAsync(bench, run, bench.Write("other.json", "{ \"a\": 1 }"));
        var none = await GateAsync(bench, run, bench.Path("none.json"));
        var itself = await GateAsync(bench, baseline.Json.GetProperty("runId").GetString()!, file);

        Assert.Equal(2, byRun.Json.GetProperty("checks").GetArrayLength());
        Assert.Equal("pass", byRun.Json.GetProperty("outcome").GetString());
        foreach (var same in new[] { byFile, byAnalysis, byTag, byExport, latest })
        {
            Assert.Equal(0, same.ExitCode);
            Assert.Equal(Effects(byRun), Effects(same));
        }

        Assert.Equal((ExitCodes.Usage, ExitCodes.Usage, ExitCodes.Usage), (foreign.ExitCode, none.ExitCode, itself.ExitCode));
        Assert.Contains("would be compared with itself", itself.Error, StringComparison.Ordinal);
        Assert.Contains("other.json' holds no analysis with scores by scenario", foreign.Error, StringComparison.Ordinal);
        Assert.Contains("none.json' cannot be read", none.Error, StringComparison.Ordinal);

        static List<string> Effects(CommandResult result) => [.. result.Json.GetProperty("checks").EnumerateArray().Select(check => $"{check.GetProperty("metric")} {check.GetProperty("effect").GetDouble():F9} {check.GetProperty("interval").GetProperty("lower").GetDouble():F9}")];
    }

    [Fact]
    public async Task Limits_hold_a_run_without_a_baseline()
    {
        await using var bench = await Workbench.CreateAsync();
        var yaml = Yaml.Of(40, 2, ["one"], $"{{ type: regex, name: rated, pattern: Rating }}, {Yaml.Ratings}");
        var run = (await bench.RunAsync(yaml)).Json.GetProperty("runId").GetString()!;

        var pass = await LimitsAsync("--min", "passRate=0.85", "--max", "latencyP95=60000", "--max", "errorRate=0");
        var undecided = await LimitsAsync("--min", "passRate=0.99");
        var missed = await LimitsAsync("--max", "rated=0.5", "--max", "latencyP50=0.0001");
        var unpriced = await LimitsAsync("--max", "cost=1");
        var unknown = await LimitsAsync("--max", "speed=1");
        var nothing = await LimitsAsync();
        var noNumber = await LimitsAsync("--min", "passRate=most");

        Assert.Equal((ExitCodes.Completed, ExitCodes.Inconclusive, ExitCodes.Regress, ExitCodes.Incomplete), (pass.ExitCode, undecided.ExitCode, missed.ExitCode, unpriced.ExitCode));
        Assert.Equal((ExitCodes.Usage, ExitCodes.Usage, ExitCodes.Usage), (unknown.ExitCode, nothing.ExitCode, noNumber.ExitCode));
        var limit = pass.Json.GetProperty("limits")[0];
        Assert.Matches(@"^passRate of openai-compatible:one is 100\.0% \(95%: 9\d\.\d% to 100\.0%\); at least 0\.85 is wanted: shown to keep it\.$", limit.GetProperty("summary").GetString());
        Assert.Contains("too few scenarios to tell", undecided.Json.GetProperty("limits")[0].GetProperty("summary").GetString(), StringComparison.Ordinal);
        Assert.All(missed.Json.GetProperty("limits").EnumerateArray(), check => Assert.Equal("regress", check.GetProperty("outcome").GetString()));
        Assert.Contains("'speed' can have no limit; there are rated, number, passRate, cost, latencyP50, latencyP95, errorRate.", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("a gate needs --baseline", nothing.Error, StringComparison.Ordinal);
        Assert.Contains("--min must be a measure and a number, such as passRate=0.9, but is 'passRate=most'.", noNumber.Error, StringComparison.Ordinal);

        Task<CommandResult> LimitsAsync(params string[] limits) => bench.CommandAsync(["gate", run, "--data", bench.Data, "--json", .. limits]);
    }

    [Fact]
    public async Task A_metric_that_never_varies_passes()
    {
        await using var bench = await Workbench.CreateAsync();
        var yaml = Yaml.Of(12, 1, ["one"], $"{Yaml.Ratings}, {{ type: length, name: lines, unit: lines }}");
        var baseline = (await bench.RunAsync(yaml)).Json.GetProperty("runId").GetString()!;
        var run = (await bench.RunAsync(yaml)).Json.GetProperty("runId").GetString()!;

        var result = await GateAsync(bench, run, baseline, "--metric", "lines");

        var check = Assert.Single(result.Json.GetProperty("checks").EnumerateArray());
        Assert.Equal((0, 0.0, "pass"), (result.ExitCode, check.GetProperty("effect").GetDouble(), check.GetProperty("outcome").GetString()));
        Assert.Equal("Every scenario differs by 0, which is no loss of 0.35 or more.", check.GetProperty("reason").GetString());
    }

    private static async Task<string> RunIdAsync(Workbench bench, string model, int scenarios = 60, int samples = 4)
    {
        var result = await bench.RunAsync(Yaml.Of(scenarios, samples, [model]));
        return result.Json.GetProperty("runId").GetString()!;
    }

    private static Task<CommandResult> GateAsync(Workbench bench, string run, string baseline, params string[] more) =>
        bench.CommandAsync(["gate", run, "--baseline", baseline, "--margin", Margin, "--data", bench.Data, "--json", .. more]);
}
