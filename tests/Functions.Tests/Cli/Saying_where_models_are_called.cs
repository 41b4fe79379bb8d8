namespace FunctionsEval.Functions.Tests.Cli;

/// <summary>A base URL may send a vendor's key to somebody else: a run says what goes where before its first call.</summary>
public sealed class Saying_where_models_are_called
{
    [Fact]
    public async Task A_vendors_key_that_goes_elsewhere_is_warned_of_and_its_price_does_not_count()
    {
        await using var bench = await Workbench.CreateAsync();
        bench.Environment["OPENAI_API_KEY"] = "sk-test";

        var run = await bench.RunAsync(Yaml.Of(2, 1).Replace("openai-compatible:sim-noisy", "openai:sim-noisy", StringComparison.Ordinal));

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains($"openai:sim-noisy: called at {bench.BaseUrl.TrimEnd('/')}", run.Error, StringComparison.Ordinal);
        Assert.Contains("warning: The key of OPENAI_API_KEY is sent to 127.0.0.1, which is not its vendor's server.", run.Error, StringComparison.Ordinal);
        Assert.Contains("openai:sim-noisy: its vendor's price does not count at 127.0.0.1; the cost is not known", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_budget_needs_a_price_that_a_vendors_name_alone_does_not_give()
    {
        await using var bench = await Workbench.CreateAsync();
        bench.Environment["OPENAI_API_KEY"] = "sk-test";

        var run = await bench.RunAsync(Yaml.Of(1, 1).Replace("openai-compatible:sim-noisy", "openai:gpt-4.1-mini", StringComparison.Ordinal), "--budget", "1");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("'openai:gpt-4.1-mini' has none at 127.0.0.1", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_provider_is_moved_and_the_others_stay()
    {
        await using var bench = await Workbench.CreateAsync();
        var file = bench.Write("d.yaml", Yaml.Of(2, 1));

        var run = await bench.CommandAsync(["run", file, "--base-url", $"openai-compatible={bench.BaseUrl}", "--data", bench.Data, "--json"], TestContext.Current.CancellationToken);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.DoesNotContain("warning", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, bench.Simulator.Stats().Calls);
    }
}
