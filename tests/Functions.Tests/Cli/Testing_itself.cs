using FunctionsEval.Cli;
using FunctionsEval.SelfTests;

namespace FunctionsEval.Functions.Tests.Cli;

public sealed class Testing_itself
{
    [Fact]
    public async Task Simulated_models_give_false_positives_and_power_near_their_promise()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await SoundAsync(() => bench.CommandAsync(["selftest", "--runs", "40", "--json"]));

        var (same, power) = (result.Json.GetProperty("falsePositiveRate"), result.Json.GetProperty("power"));
        Assert.Contains(same.GetProperty("runs").GetInt32(), Enumerable.Range(1, SelfTest.Looks).Select(looks => 40 + (looks * SelfTest.PerLook)));
        Assert.Equal(40, power.GetProperty("runs").GetInt32());

        // Draws differ from run to run. P[at least 157 of 2,040 at 5%] is 1 in 10,000,000, as is P[at most 13 of 40 at 73%].
        var planned = power.GetProperty("planned").GetDouble();
        Assert.InRange(planned, 0.6, 0.9);
        Assert.InRange(same.GetProperty("rate").GetDouble(), 0, 0.0765);
        Assert.InRange(power.GetProperty("rate").GetDouble(), planned - 0.4, 1);
        Assert.True(result.ExitCode == ExitCodes.Completed, result.Output + result.Error);
        Assert.Equal(40 * 20 * 3 * 2, result.Json.GetProperty("calls").GetInt64());
    }

    [Fact]
    public async Task A_definition_is_compared_with_itself_by_groups_of_samples()
    {
        await using var bench = await Workbench.CreateAsync();
        var file = bench.Write("own.yaml", Yaml.Of(scenarios: 30, samples: 1));

        var result = await SoundAsync(() =>
        {
            bench.Simulator.Reset();
            return bench.CommandAsync(["selftest", file, "--runs", "10", "--samples", "2", "--base-url", bench.BaseUrl, "--json"]);
        });

        Assert.True(result.ExitCode == ExitCodes.Completed, result.Output + result.Error);
        Assert.Equal(30 * 2 * 10 * 2, bench.Simulator.Stats().Calls);
        Assert.Equal(0.8, result.Json.GetProperty("power").GetProperty("planned").GetDouble(), 1e-6);

        // P[none of 10 at 75%] is 1 in 1,000,000.
        Assert.InRange(result.Json.GetProperty("power").GetProperty("rate").GetDouble(), 0.1, 1);
    }

    [Fact]
    public async Task The_cells_of_a_run_are_shuffled_without_a_call()
    {
        await using var bench = await Workbench.CreateAsync();
        var (run, calls) = ("", 0L);

        var result = await SoundAsync(async () =>
        {
            run = (await bench.RunAsync(Yaml.Of(30, 2, ["sim-noisy", "sim-better-1"]))).Json.GetProperty("runId").GetString()!;
            calls = bench.Simulator.Stats().Calls;
            return await bench.CommandAsync(["selftest", "--cells-of", run, "--data", bench.Data, "--json"]);
        });
        var refused = await bench.CommandAsync(["selftest", "--cells-of", run, "--runs", "5", "--data", bench.Data]);

        Assert.True(result.ExitCode == ExitCodes.Completed, result.Output + result.Error);
        Assert.Equal((calls, 0), (bench.Simulator.Stats().Calls, result.Json.GetProperty("calls").GetInt32()));

        // P[at least 154 of 2,001 at 5%] is 1 in 10,000,000, P[at most 248 of 400 at 75%] less. The two differ by 1 in truth, and alike they are told apart no more often.
        Assert.InRange(result.Json.GetProperty("falsePositiveRate").GetProperty("runs").GetInt32(), SelfTest.PerLook + 1, (SelfTest.Looks * SelfTest.PerLook) + 1);
        Assert.InRange(result.Json.GetProperty("falsePositiveRate").GetProperty("rate").GetDouble(), 0.02, 0.0765);
        Assert.InRange(result.Json.GetProperty("power").GetProperty("rate").GetDouble(), 0.62, 0.95);
        Assert.Equal(0.8, result.Json.GetProperty("power").GetProperty("planned").GetDouble(), 1e-6);
        Assert.Equal(ExitCodes.Usage, refused.ExitCode);
        Assert.Contains("--cells-of takes the cells as they are: no definition, --runs or --samples beside it.", refused.Error, StringComparison.Ordinal);
    }

    // Four looks share 0.5e-4: P[at least 16 of 100 at 5%] is 3.7e-5 and of 17 it is 9.4e-6; P[at most 54 of 100 at 75% - 3%] is 9.5e-5 and of 53 it is 4.1e-5.
    [Theory]
    [InlineData(5, 75, true)]
    [InlineData(0, 100, true)]
    [InlineData(16, 54, true)]
    [InlineData(17, 75, false)]
    [InlineData(5, 53, false)]
    public void A_build_that_keeps_its_promises_fails_less_than_once_in_ten_thousand_times(int told, int found, bool isSound) =>
        Assert.Equal(isSound, SelfTest.IsSound((told, 100), (found, 100), 0.05, 0.75));

    [Fact]
    public void A_build_that_claims_a_difference_in_8_percent_of_like_variants_is_caught_nine_times_of_ten_at_the_first_look()
    {
        var compared = SelfTest.PerLook + 100;

        // R: qbinom(.1, 2100, .08)
        Assert.False(SelfTest.IsSound((152, compared), (75, 100), 0.05, 0.75));
        Assert.True(SelfTest.IsSound((compared / 20, compared), (75, 100), 0.05, 0.75));
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

    /// <summary>A build that keeps its promises is called unsound less than once in 10,000 times, and twice in a row not in a hundred million.</summary>
    private static async Task<CommandResult> SoundAsync(Func<Task<CommandResult>> selfTest) =>
        await selfTest() is { ExitCode: ExitCodes.Completed } sound ? sound : await selfTest();
}
