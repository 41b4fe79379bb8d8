using System.Globalization;
using FunctionsEval.Statistics.Calibration;
using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Tests.Judges;

/// <summary>
/// Studies of judges with planted faults: how often corrected intervals hold the truth, and how often a judge alone misleads. The whole table is explicit:
/// <c>dotnet run -c Release --project tests/Statistics.Tests -- -explicit only -class "*Covering_the_truth" -showLiveOutput</c>.
/// </summary>
public sealed class Covering_the_truth
{
    private const int Few = 250;
    private const int Many = 2_000;

    // Three and a half standard errors of 250 studies below 95%.
    private const double Least = 0.902;

    [Theory]
    [InlineData(true, 0.7, 0.2, 0.0)]
    [InlineData(false, 3, 0.4, 0.0)]
    [InlineData(false, 3, 0.0, 0.3)]
    public void A_judge_that_prefers_one_variant_misleads_and_corrected_it_does_not(bool isPassOrFail, double truth, double preference, double length)
    {
        var rates = Study(new JudgeStudy("", isPassOrFail, 400, 60, truth, 0, Bias: 0.2, SelfPreference: preference, LengthPreference: length), Few);

        Assert.InRange(rates.Mean, Least, 1);
        Assert.InRange(rates.Difference, Least, 1);
        Assert.InRange(rates.ToldApart, 0, 1 - Least);

        // The judge alone finds a difference that is not there, mostly or always.
        Assert.InRange(rates.JudgeToldApart, 0.3, 1);
    }

    [Theory]
    [InlineData(true, 1, 5)]
    [InlineData(true, 3, 1)]
    [InlineData(false, 1, 5)]
    [InlineData(false, 3, 1)]
    public void Clusters_and_samples_are_covered(bool isPassOrFail, int samples, int perCluster)
    {
        var rates = Study(new JudgeStudy("", isPassOrFail, 300, 100, isPassOrFail ? 0.65 : 3, 0, Samples: samples, PerCluster: perCluster), Few);

        Assert.InRange(rates.Mean, Least, 1);
        Assert.InRange(rates.Difference, Least, 1);
    }

    [Theory]
    [InlineData(0.5, 0.9, 0.8)]
    [InlineData(0.9, 0.8, 0.7)]
    public void Error_rates_of_all_variants_correct_one_that_is_judged_alike(double truth, double sensitivity, double specificity) =>
        Assert.InRange(RoganGladenCoverage(truth, sensitivity, specificity, 60, Few), Least, 1);

    [Theory(Explicit = true)]
    [Trait("Category", "Simulation")]
    [InlineData(true)]
    [InlineData(false)]
    public void The_table_of_corrected_judges(bool isPassOrFail)
    {
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine("| study, 400 scenarios | labelled | mean | difference | told apart | width | judge alone: mean | told apart |");
        output.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var study in Grid().Where(study => study.IsPassOrFail == isPassOrFail))
        {
            var rates = Study(study, Many);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {study.Name} | {study.Labels} | {100 * rates.Mean:0.0} | {100 * rates.Difference:0.0} | {100 * rates.ToldApart:0.0} | {rates.Width:0.000} | {100 * rates.JudgeMean:0.0} | {100 * rates.JudgeToldApart:0.0} |"));

            // Three standard errors of 2,000 studies below 95%.
            Assert.True(rates.Mean >= 0.935 && rates.Difference >= 0.935, study.Name);
        }
    }

    [Fact(Explicit = true)]
    [Trait("Category", "Simulation")]
    public void The_table_of_error_rates()
    {
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine("| true rate | sensitivity | specificity | labelled answers | covered |");
        output.WriteLine("|---|---|---|---|---|");
        foreach (var (truth, sensitivity, specificity) in ((double, double, double)[])[(0.5, 0.9, 0.8), (0.7, 0.9, 0.8), (0.9, 0.9, 0.8), (0.9, 0.8, 0.7), (0.7, 0.97, 0.95)])
        {
            foreach (var labels in (int[])[20, 50, 100])
            {
                var covered = RoganGladenCoverage(truth, sensitivity, specificity, labels, Many);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {truth} | {sensitivity} | {specificity} | {2 * labels} | {100 * covered:0.0} |"));
            }
        }
    }

    /// <summary>Shares of studies.</summary>
    /// <param name="JudgeMean">The interval of the judge's own mean holds the truth.</param>
    private sealed record Rates(double Mean, double Difference, double ToldApart, double Width, double JudgeMean, double JudgeToldApart);

    private static Rates Study(JudgeStudy study, int studies)
    {
        var (truth, effect) = (study.MeanOf(study.Truth), study.MeanOf(study.Truth) - study.MeanOf(study.Truth - study.Effect));
        var design = new ComparisonDesign(study.Scale, study.Samples, study.PerCluster > 1);
        var results = new (bool Mean, bool Difference, bool Told, double Width, bool JudgeMean, bool JudgeTold)[studies];
        Parallel.For(0, studies, replication =>
        {
            var random = Simulation.Draws(11, replication);
            var (first, second) = study.Draw(random);
            var mean = CorrectedMean.Of(first, study.Scale, 0.95).Interval!;
            var difference = CorrectedComparison.Of(first, second, design);
            var own = Plain([.. first.Judged.Select(item => item.Mean)], study.Clusters);
            var apart = Plain([.. first.Judged.Zip(second.Judged, (one, other) => one.Mean - other.Mean)], study.Clusters);
            var interval = difference.Interval!;
            results[replication] = (mean.Contains(truth), interval.Contains(effect), difference.PValue <= 0.05, interval.Upper - interval.Lower, own.Contains(truth), !apart.Contains(0));
        });
        return new Rates(Share(one => one.Mean), Share(one => one.Difference), Share(one => one.Told), results.Average(one => one.Width), Share(one => one.JudgeMean), Share(one => one.JudgeTold));

        double Share(Func<(bool Mean, bool Difference, bool Told, double Width, bool JudgeMean, bool JudgeTold), bool> happens) => results.Count(happens) / (double)studies;
    }

    // What a judge alone says with 400 scenarios: t by unit.
    private static ConfidenceInterval Plain(double[] values, int[] clusters)
    {
        var units = UnitSums.Of(values, clusters);
        var error = Math.Sqrt(units.Deviations.Sum(deviation => deviation * deviation) * units.Count / (units.Count - 1.0)) / units.Values;
        var margin = error * MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, units.Count - 1, 0.975);
        return new ConfidenceInterval(units.Mean - margin, units.Mean + margin, 0.95);
    }

    private static double RoganGladenCoverage(double truth, double sensitivity, double specificity, int labels, int studies) => Simulation.Rate(studies, 19, random =>
    {
        var (first, second) = new JudgeStudy("", true, 400, labels, truth, 0, Sensitivity: sensitivity, Specificity: specificity, Spread: 0.2).Draw(random);
        var pairs = first.Pairs.Concat(second.Pairs).ToList();
        var counts = JudgeAccuracy.Of([.. pairs.Select(pair => pair.Judged)], [.. pairs.Select(pair => pair.Label)], [.. pairs.Select(pair => pair.Item)], 0.95)!.Counts;

        // Without a fail among the labels there is no correction, and nothing to cover.
        return RoganGladen.Of(first, counts, 0.95) is not { Interval: { } interval } || interval.Contains(truth);
    });

    private static IEnumerable<JudgeStudy> Grid()
    {
        foreach (var labels in (int[])[20, 50, 100, 200])
        {
            yield return new JudgeStudy("pass or fail, se .9, sp .8", true, 400, labels, 0.7, 0);
            yield return new JudgeStudy("pass or fail, passes fails of one variant 20% more often", true, 400, labels, 0.7, 0, SelfPreference: 0.2);
            yield return new JudgeStudy("the same, that variant 10 points better", true, 400, labels, 0.7, 0.1, SelfPreference: 0.2);
            yield return new JudgeStudy("pass or fail, se .97, sp .95", true, 400, labels, 0.7, 0, Sensitivity: 0.97, Specificity: 0.95);
            yield return new JudgeStudy("pass or fail, se .7, sp .6", true, 400, labels, 0.5, 0, Sensitivity: 0.7, Specificity: 0.6);
            yield return new JudgeStudy("pass or fail, 3 samples, one labelled", true, 400, labels, 0.69, 0, Samples: 3);
            yield return new JudgeStudy("pass or fail, clusters", true, 400, labels, 0.6, 0, PerCluster: labels < 50 ? 2 : 5);
            yield return new JudgeStudy("ratings 1-5, bias .5, noise .7", false, 400, labels, 3, 0, Bias: 0.5);
            yield return new JudgeStudy("ratings, prefers one variant by .4", false, 400, labels, 3, 0, Bias: 0.3, SelfPreference: 0.4);
            yield return new JudgeStudy("ratings, prefers length by .3", false, 400, labels, 3, 0, LengthPreference: 0.3);
            yield return new JudgeStudy("ratings, the other variant .2 better", false, 400, labels, 3, -0.2, Bias: 0.3, SelfPreference: 0.4);
            yield return new JudgeStudy("ratings, noise .05", false, 400, labels, 3, 0, Noise: 0.05);
            yield return new JudgeStudy("ratings, 3 samples, one labelled", false, 400, labels, 3, 0, Bias: 0.5, Samples: 3);
            yield return new JudgeStudy("ratings, clusters", false, 400, labels, 3, 0, Bias: 0.5, PerCluster: labels < 50 ? 2 : 5);
        }
    }
}
