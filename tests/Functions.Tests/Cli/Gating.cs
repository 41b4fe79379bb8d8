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
        var baseline = await RunIdAsync(bench, "one", scenarios: 9, samples: 1);
        var run = await RunIdAsync(bench, "two", scenarios: 9, samples: 1);

        var result = await GateAsync(bench, run, baseline, "--junit", bench.Path("gate.xml"), "--markdown", bench.Path("gate.md"));

        Assert.Equal(ExitCodes.Inconclusive, result.ExitCode);
        var suite = XDocument.Parse(await File.ReadAllTextAsync(bench.Path("gate.xml"), TestContext.Current.CancellationToken)).Root!;
        Assert.Equal(("1", "0", "1"), (suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value, suite.Attribute("errors")!.Value));
        Assert.Equal("inconclusive", suite.Element("testcase")!.Element("error")!.Attribute("type")!.Value);
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

        var noMargin = await bench.CommandAsync(["gate", run, "--baseline", run, "--data", bench.Data]);
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

    private static async Task<string> RunIdAsync(Workbench bench, string model, int scenarios = 60, int samples = 4)
    {
        var result = await bench.RunAsync(Yaml.Of(scenarios, samples, [model]));
        return result.Json.GetProperty("runId").GetString()!;
    }

    private static Task<CommandResult> GateAsync(Workbench bench, string run, string baseline, params string[] more) =>
        bench.CommandAsync(["gate", run, "--baseline", baseline, "--margin", Margin, "--data", bench.Data, "--json", .. more]);
}
