using FunctionsEval.Cli;

namespace FunctionsEval.Functions.Tests.Cli;

public sealed class Testing_itself
{
    [Fact]
    public async Task Simulated_models_give_false_positives_and_power_near_their_promise()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.CommandAsync(["selftest", "--runs", "40", "--json"]);

        var (same, power) = (result.Json.GetProperty("falsePositiveRate"), result.Json.GetProperty("power"));
        Assert.Equal((40, 40), (same.GetProperty("runs").GetInt32(), power.GetProperty("runs").GetInt32()));

        // Draws differ from run to run: these bounds hold in all but one of thousands.
        var planned = power.GetProperty("planned").GetDouble();
        Assert.InRange(planned, 0.6, 0.9);
        Assert.InRange(same.GetProperty("rate").GetDouble(), 0, 0.2);
        Assert.InRange(power.GetProperty("rate").GetDouble(), planned - 0.28, 1);
        AssertExitCode(result);
        Assert.Equal(40 * 20 * 3 * 2, result.Json.GetProperty("calls").GetInt64());
    }

    [Fact]
    public async Task A_definition_is_compared_with_itself_by_groups_of_samples()
    {
        await using var bench = await Workbench.CreateAsync();
        var file = bench.Write("own.yaml", Yaml.Of(scenarios: 30, samples: 1));

        var result = await bench.CommandAsync(["selftest", file, "--runs", "10", "--samples", "2", "--base-url", bench.BaseUrl, "--json"]);

        AssertExitCode(result);
        Assert.Equal(30 * 2 * 10 * 2, bench.Simulator.Stats().Calls);
        Assert.Equal(0.8, result.Json.GetProperty("power").GetProperty("planned").GetDouble(), 1e-6);
        Assert.InRange(result.Json.GetProperty("power").GetProperty("rate").GetDouble(), 0.3, 1);
    }

    [Theory]
    [InlineData("--runs 9", "--runs must be between 10 and 5000, but is 9.")]
    [InlineData("FILE --runs 51", "--runs must be between 2 and 50, but is 51.")]
    [InlineData("FILE --samples 26", "--samples must be between 1 and 25, but is 26.")]
    [InlineData("/no/such/file.yaml", "does not exist")]
    public async Task What_cannot_be_tested_is_refused(string arguments, string message)
    {
        await using var bench = await Workbench.CreateAsync();
        var file = bench.Write("own.yaml", Yaml.Of());

        var result = await bench.CommandAsync(["selftest", .. arguments.Replace("FILE", file, StringComparison.Ordinal).Split(' ')]);

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    /// <summary>About one in twenty finds itself unsound by chance; then it must say so.</summary>
    private static void AssertExitCode(CommandResult result)
    {
        var (same, power) = (result.Json.GetProperty("falsePositiveRate"), result.Json.GetProperty("power"));
        var isSound = same.GetProperty("lower").GetDouble() <= 0.05
            && power.GetProperty("upper").GetDouble() >= power.GetProperty("planned").GetDouble() - 0.03;
        Assert.True(result.ExitCode == (isSound ? ExitCodes.Completed : ExitCodes.Unsound), result.Output + result.Error);
    }
}
