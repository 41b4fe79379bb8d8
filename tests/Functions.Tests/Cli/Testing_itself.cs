using FunctionsEval.Cli;

namespace FunctionsEval.Functions.Tests.Cli;

public sealed class Testing_itself
{
    [Fact]
    public async Task Simulated_models_give_false_positives_and_power_near_their_promise()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.CommandAsync(["selftest", "--runs", "40", "--json"]);

        Assert.True(result.ExitCode == ExitCodes.Completed, result.Output + result.Error);
        var (same, power) = (result.Json.GetProperty("falsePositiveRate"), result.Json.GetProperty("power"));
        Assert.Equal((40, 40), (same.GetProperty("runs").GetInt32(), power.GetProperty("runs").GetInt32()));
        Assert.InRange(same.GetProperty("lower").GetDouble(), 0, 0.05);
        Assert.InRange(power.GetProperty("planned").GetDouble(), 0.6, 0.9);
        Assert.InRange(power.GetProperty("planned").GetDouble(), power.GetProperty("lower").GetDouble() - 0.03, power.GetProperty("upper").GetDouble() + 0.03);
        Assert.Equal(40 * 20 * 3 * 2, result.Json.GetProperty("calls").GetInt64());
    }

    [Fact]
    public async Task A_definition_is_compared_with_itself_by_groups_of_samples()
    {
        await using var bench = await Workbench.CreateAsync();
        var file = bench.Write("own.yaml", Yaml.Of(scenarios: 30, samples: 1));

        var result = await bench.CommandAsync(["selftest", file, "--runs", "10", "--samples", "2", "--base-url", bench.BaseUrl, "--json"]);

        Assert.True(result.ExitCode == ExitCodes.Completed, result.Output + result.Error);
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
}
