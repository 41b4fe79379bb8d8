using System.Text.Json;

namespace FunctionsEval.Functions.Tests.Cli;

/// <summary>What is printed, computed once more here from the cells in the store, by the textbook.</summary>
public sealed class Computing_numbers
{
    [Fact]
    public async Task Means_spreads_and_intervals_follow_from_the_scores_of_the_cells()
    {
        const int samples = 3;
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Yaml.Of(scenarios: 12, samples, models: ["sim-noisy", "sim-better-0.5"]));

        var stored = await bench.ReadAsync();
        var analysis = result.Json.GetProperty("analysis");
        foreach (var (variant, model) in analysis.GetProperty("perModel").EnumerateArray().Index())
        {
            var scenarios = stored.Cells.Where(cell => cell.Address.Variant == variant && cell.Score is not null)
                .GroupBy(cell => cell.Address.Item, cell => cell.Score!.Value).Select(group => group.ToList()).ToList();
            Assert.Equal(12, scenarios.Count);
            var means = scenarios.ConvertAll(scores => scores.Average());
            var repeated = scenarios.Where(scores => scores.Count > 1).ToList();

            Assert.Equal(scenarios.Sum(scores => scores.Count), model.GetProperty("sampleCount").GetInt32());
            Same(means.Average(), model, "mean");
            Same(Variance(means), model, "variance");
            Same(Math.Sqrt(Variance(means)), model, "stdDev");
            Same(means.Min(), model, "min");
            Same(means.Max(), model, "max");

            var flips = SignFlips(means);
            var interval = model.GetProperty("confidenceInterval");
            var (lower, upper) = (interval.GetProperty("lower").GetDouble(), interval.GetProperty("upper").GetDouble());
            var method = model.GetProperty("method").GetString();
            if (method == "sign flips by scenario")
            {
                Assert.Equal(flips.Lower, lower, 1e-6);
                Assert.Equal(flips.Upper, upper, 1e-6);
            }
            else
            {
                // Skewed scores, or many alike, are asked a second test: the interval is where neither rejects.
                Assert.StartsWith("sign flips by scenario and", method, StringComparison.Ordinal);
                Assert.InRange(lower, 1, flips.Lower + 1e-6);
                Assert.InRange(upper, flips.Upper - 1e-6, 5);
            }

            Same(repeated.Average(Variance), model, "withinScenarioVariance");
            Same(repeated.Average(scores => 1 - (2 * Variance(scores) / 16)), model, "consistency");
        }

        foreach (var scenario in analysis.GetProperty("perScenario").EnumerateArray())
        {
            var item = stored.Items.ToList().FindIndex(item => item.Id == scenario.GetProperty("scenarioId").GetString());
            var variant = stored.Run.Variants.Index().Single(named => named.Item.Name == scenario.GetProperty("variant").GetString()).Index;
            var scores = stored.Cells.Where(cell => (cell.Address.Item, cell.Address.Variant) == (item, variant) && cell.Score is not null)
                .Select(cell => cell.Score!.Value).ToList();
            Assert.Equal(scores.Count, scenario.GetProperty("sampleCount").GetInt32());
            Same(scores.Average(), scenario, "mean");
            if (scores.Count > 1)
            {
                Same(Variance(scores), scenario, "variance");
            }
        }
    }

    [Fact]
    public async Task A_planted_difference_is_found()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Yaml.Of(scenarios: 40, samples: 10, models: ["sim-noisy", "sim-better-0.5"]));

        var means = result.Json.GetProperty("analysis").GetProperty("perModel").EnumerateArray().Select(model => model.GetProperty("mean").GetDouble()).ToList();

        // Standard error of the difference: sqrt(2 * 5/12 / 400) = 0.046.
        Assert.InRange(means[1] - means[0], 0.5 - (4 * 0.046), 0.5 + (4 * 0.046));
    }

    private static void Same(double expected, JsonElement element, string name) => Assert.Equal(expected, element.GetProperty(name).GetDouble(), 1e-9);

    private static double Variance(IReadOnlyCollection<double> values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
    }

    /// <summary>The means that a two-sided test at 5% by all sign flips of the deviations does not reject.</summary>
    private static (double Lower, double Upper) SignFlips(List<double> values)
    {
        return (Bound(values.Min()), Bound(values.Max()));

        // The bound lies between the mean, which is never rejected, and the outermost value.
        double Bound(double outer)
        {
            var inner = values.Average();
            for (var step = 0; step < 60; step++)
            {
                var middle = (inner + outer) / 2;
                (inner, outer) = PValue(middle) > 0.05 ? (middle, outer) : (inner, middle);
            }

            return inner;
        }

        double PValue(double mean)
        {
            var observed = Math.Abs(values.Sum(value => value - mean));
            var flips = 1 << values.Count;
            var asExtreme = Enumerable.Range(0, flips).Count(flip =>
                Math.Abs(values.Index().Sum(value => (flip >> value.Index & 1) == 0 ? value.Item - mean : mean - value.Item)) >= observed - 1e-9);
            return (double)asExtreme / flips;
        }
    }
}
