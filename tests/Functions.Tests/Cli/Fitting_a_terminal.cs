using System.Text.RegularExpressions;
using FunctionsEval.Cli;

namespace FunctionsEval.Functions.Tests.Cli;

/// <summary>People read tables on eighty columns.</summary>
public sealed class Fitting_a_terminal
{
    private const int Columns = 80;

    [Fact]
    public async Task Names_are_whole_beside_failed_and_invalid_cells()
    {
        await using var bench = await Workbench.CreateAsync();
        string[] models = ["sim-noisy", "sim-better-0.5", "sim-malformed-0.2", "sim-steady", "sim-better-7"];
        await bench.RunAsync(Yaml.Of(scenarios: 12, samples: 3, models));

        var output = await OnTerminalAsync(bench, "analyze");

        Assert.All(output.Split('\n').Where(line => line.Contains("  ", StringComparison.Ordinal)), line => Assert.InRange(line.TrimEnd().Length, 0, Columns));
        Assert.All(models, model => Assert.Matches($@"(?m)^ *{Regex.Escape(model)} +-?\d", output));
        Assert.Matches("Models of +openai-compatible +by +number", output);
        Assert.Matches(@"(?m)^ *sim-better-7 +0 +36 *$", output);
    }

    [Fact]
    public async Task Verdicts_of_all_pairs_keep_their_words_whole()
    {
        await using var bench = await Workbench.CreateAsync();
        await bench.RunAsync(Yaml.Of(12, 2, ["sim-noisy", "sim-better-0.5", "sim-steady"], more: "compare: { pairs: all, margin: 9 }\n"));

        var output = await OnTerminalAsync(bench, "analyze");

        Assert.All(output.Split('\n').Where(line => line.Contains("   ", StringComparison.Ordinal)), line => Assert.InRange(line.TrimEnd().Length, 0, Columns));
        Assert.Equal(3, Regex.Count(output, @"(?m)^ *sim-\S+ +number +equivalent +-?\d"));
        Assert.Equal(2, Regex.Count(output, "Verdicts +against +openai-compatible:sim-"));
    }

    [Fact]
    public async Task No_p_value_is_nothing()
    {
        await using var bench = await Workbench.CreateAsync();
        await bench.RunAsync(Yaml.Of(300, 10, ["sim-steady", "sim-better"]));

        Assert.Matches(@"(?m)^ *sim-better +number +better .* < 0\.0001 *$", await OnTerminalAsync(bench, "analyze"));
    }

    [Fact]
    public async Task Scenarios_whose_variances_tell_nothing_are_not_ranked()
    {
        await using var bench = await Workbench.CreateAsync();
        await bench.RunAsync(Yaml.Of(scenarios: 2, samples: 20, models: ["sim-noisy"]));

        var output = await OnTerminalAsync(bench, "analyze");

        Assert.DoesNotContain("Most variable scenarios", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Most stable scenarios", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gate_is_a_table_with_the_names_of_both_sides()
    {
        await using var bench = await Workbench.CreateAsync();
        var baseline = (await bench.RunAsync(Yaml.Of(12, 1, ["sim-noisy"]))).Json.GetProperty("runId").GetString()!;
        var run = (await bench.RunAsync(Yaml.Of(12, 1, ["sim-better-0.5"]))).Json.GetProperty("runId").GetString()!;

        var output = await OnTerminalAsync(bench, "gate", run, "--baseline", baseline, "--margin", "0.25");
        var markdown = await bench.CommandAsync(["gate", run, "--baseline", baseline, "--margin", "0.25", "--data", bench.Data]);

        Assert.All(output.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, Columns));
        Assert.DoesNotContain("|", output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ *number +sim-better-0\.5 +-?\d", output);
        Assert.Contains("openai-compatible:sim-noisy of the baseline", Regex.Replace(output, @"\s+", " "), StringComparison.Ordinal);
        Assert.Contains("| openai-compatible:sim-better-0.5 | openai-compatible:sim-noisy |", markdown.Output, StringComparison.Ordinal);
    }

    private static async Task<string> OnTerminalAsync(Workbench bench, params string[] arguments)
    {
        using var output = new StringWriter();
        var terminal = new Terminal(output, TextWriter.Null, IsOutRedirected: false, IsErrorRedirected: true, bench.Environment.GetValueOrDefault, Columns);
        await CommandLine.RunAsync(terminal, [.. arguments, "--data", bench.Data], TestContext.Current.CancellationToken);
        return Regex.Replace(output.ToString(), "\u001b\\[[0-9;]*m", "");
    }
}
