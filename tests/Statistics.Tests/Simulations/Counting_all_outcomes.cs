using System.Globalization;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.TestKit;
using MathNet.Numerics;

namespace FunctionsEval.Statistics.Tests.Simulations;

/// <summary>
/// Error rates of pass or fail with one sample, without chance: every number of scenarios that only the first and that only the second variant passes, times its probability. Both pass a
/// scenario independently of each other.
/// </summary>
public sealed class Counting_all_outcomes
{
    // Outcomes less likely than that are left out.
    private const double Unlikely = 1e-9;

    [Theory]
    [InlineData(3, 0.5, 0.2)]
    [InlineData(6, 0.5, 0.2)]
    [InlineData(10, 0.5, 0.2)]
    [InlineData(20, 0.5, 0.2)]
    [InlineData(50, 0.95, 0.1)]
    [InlineData(50, 0.5, 0.2)]
    public void Pass_or_fail_keeps_its_promises(int items, double rate, double margin)
    {
        var rates = Rates.Of(items, rate, margin);

        Assert.InRange(rates.FalsePositives, 0, 0.05);
        Assert.InRange(rates.Coverage, 0.93, 1);
        Assert.InRange(rates.GatePasses, 0, 0.0275);
        Assert.InRange(rates.Equivalences, 0, 0.055);
    }

    [Fact(Skip = LongRun.Reason, SkipUnless = nameof(LongRun.IsOn), SkipType = typeof(LongRun))]
    public void The_table_of_pass_or_fail()
    {
        var output = TestContext.Current.TestOutputHelper!;
        foreach (var items in (int[])[3, 6, 10, 20, 50, 100])
        {
            // Pass rates of 5 to 95%, and margins of 5, 10 and 20 points as far as there is room.
            var all = Enumerable.Range(1, 19).Select(step => step / 20.0)
                .SelectMany(rate => ((double[])[0.05, 0.1, 0.2]).Where(margin => margin < rate).Select(margin => Rates.Of(items, rate, margin))).ToList();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {items} | {100 * all.Max(rates => rates.FalsePositives):0.00} | {100 * all.Min(rates => rates.Coverage):0.00} | {100 * all.Max(rates => rates.GatePasses):0.00} | {100 * all.Max(rates => rates.Equivalences):0.00} |"));
        }
    }

    private sealed record Rates(double FalsePositives, double Coverage, double GatePasses, double Equivalences)
    {
        public static Rates Of(int items, double rate, double margin)
        {
            var (alike, worse) = (rate * (1 - rate), rate - margin);
            var (told, covered, passed, equivalent) = (0.0, 0.0, 0.0, 0.0);
            for (var first = 0; first <= items; first++)
            {
                for (var second = 0; first + second <= items; second++)
                {
                    var (chanceAlike, chanceWorse) = (Chance(items, first, second, alike, alike), Chance(items, first, second, worse * (1 - rate), rate * (1 - worse)));
                    if (chanceAlike < Unlikely && chanceWorse < Unlikely)
                    {
                        continue;
                    }

                    double[] differences = [.. Enumerable.Repeat(1.0, first), .. Enumerable.Repeat(-1.0, second), .. new double[items - first - second]];
                    var tails = Method.Of(ScoreScale.PassOrFail, 1, false, UnitSums.Of(differences, []), (-1, 1), isDifference: true, new Random(1)).Tails;
                    told += tails.TwoSided(0) <= 0.05 ? chanceAlike : 0;
                    var (above, below) = (tails.Above(-margin), tails.Below(-margin));
                    covered += Math.Min(above, below) > 0.025 ? chanceWorse : 0;
                    passed += above <= 0.025 ? chanceWorse : 0;
                    equivalent += Math.Max(above, tails.Below(margin)) <= 0.05 ? chanceWorse : 0;
                }
            }

            return new Rates(told, covered, passed, equivalent);
        }

        private static double Chance(int items, int first, int second, double onlyFirst, double onlySecond)
        {
            var rest = items - first - second;
            return Math.Exp(
                SpecialFunctions.FactorialLn(items) - SpecialFunctions.FactorialLn(first) - SpecialFunctions.FactorialLn(second) - SpecialFunctions.FactorialLn(rest)
                + (first * Math.Log(onlyFirst)) + (second * Math.Log(onlySecond)) + (rest * Math.Log(1 - onlyFirst - onlySecond)));
        }
    }
}
