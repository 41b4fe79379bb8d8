namespace FunctionsEval.Functions.Tests.Mcp;

/// <summary>The program as the child of a model's client.</summary>
public sealed class Running_over_standard_streams
{
    [Fact]
    public async Task A_model_estimates_starts_follows_and_compares_runs()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var bench = await Workbench.CreateAsync();
        await using var client = await ToolClient.OfProcessAsync(bench, cancel);

        var estimate = await client.CallAsync("estimate_run", new { definition = Yaml.Of(12, 1, ["sim-noisy"]), samples_per_scenario = 4 }, cancel);
        var first = await RunAsync(client, "sim-noisy");
        var second = await RunAsync(client, "sim-better-1");
        var compared = await client.CallAsync("compare", new { runs = new[] { first, second } }, cancel);
        var answers = await client.CallAsync("read_answers", new { run = second, limit = 2 }, cancel);
        var zero = await client.CallAsync("start_run", new { definition = Yaml.Of(), samples_per_scenario = 0 }, cancel);

        Assert.Equal(48, estimate.Json.GetProperty("estimate").GetProperty("cells").GetInt32());
        Assert.StartsWith("12 scenarios x 1 variants x 4 samples are 48 cells", estimate.Text, StringComparison.Ordinal);
        Assert.Contains("is better than", compared.Text, StringComparison.Ordinal);
        Assert.Equal(10, compared.Json.GetProperty("differences")[0].GetProperty("scenarios").GetArrayLength());
        Assert.Matches("Rating: [1-5]", answers.Json.GetProperty("answers")[0].GetProperty("cell").GetProperty("answer").GetString());
        Assert.True(zero.IsError);

        async Task<string> RunAsync(ToolClient tools, string model)
        {
            var started = await tools.CallAsync("start_run", new { definition = Yaml.Of(12, 1, [model]), samples_per_scenario = 4, tags = new[] { "mcp" } }, cancel);
            var id = started.Json.GetProperty("run").GetProperty("run_id").GetString()!;
            var ended = await tools.CallAsync("get_run", new { run = id, wait_seconds = 30 }, cancel);
            Assert.StartsWith("completed, 48 of 48 cells done", ended.Text, StringComparison.Ordinal);
            return id;
        }
    }
}
