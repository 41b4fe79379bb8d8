using MathNet.Numerics.LinearAlgebra;

namespace FunctionsEval.Statistics.Rankings;

/// <summary>Wins[i, j] of i over j, and ties[i, j] = ties[j, i].</summary>
internal sealed record PairCounts(double[,] Wins, double[,] Ties)
{
    public static PairCounts Of(int variants, IEnumerable<(int First, int Second, int Outcome)[]> units)
    {
        var counts = new PairCounts(new double[variants, variants], new double[variants, variants]);
        foreach (var unit in units)
        {
            foreach (var (first, second, outcome) in unit)
            {
                if (outcome == 0)
                {
                    counts.Ties[first, second]++;
                    counts.Ties[second, first]++;
                }
                else
                {
                    counts.Wins[outcome > 0 ? first : second, outcome > 0 ? second : first]++;
                }
            }
        }

        return counts;
    }

    /// <summary>Whether each variant can be reached from each other one by wins or ties: else some strength has no bound. Ford (1957), doi:10.2307/2308513.</summary>
    public bool IsBounded()
    {
        var variants = Wins.GetLength(0);
        return Reaches(forwards: true) && Reaches(forwards: false);

        bool Reaches(bool forwards)
        {
            var (seen, next) = (new HashSet<int> { 0 }, new Stack<int>([0]));
            while (next.TryPop(out var from))
            {
                for (var to = 0; to < variants; to++)
                {
                    if ((forwards ? Wins[from, to] : Wins[to, from]) + Ties[from, to] > 0 && seen.Add(to))
                    {
                        next.Push(to);
                    }
                }
            }

            return seen.Count == variants;
        }
    }
}

/// <summary>
/// Strengths from paired comparisons, Bradley and Terry (1952), doi:10.1093/biomet/39.3-4.324, with ties by Davidson (1970), doi:10.1080/01621459.1970.10481082: i beats j with
/// probability π_i/(π_i + π_j + ν√(π_iπ_j)), and ties with ν√(π_iπ_j) over the same. The logarithms of π and ν are found by Newton's method; each variant
/// also has a tied game of small weight with one of average strength, so that one that always wins has a strength too.
/// </summary>
internal static class DavidsonModel
{
    public const double PriorWeight = 0.1;

    private const int MostRounds = 100;

    /// <param name="start">Strengths nearby, where some are known.</param>
    /// <returns>The logarithms of the strengths, which add up to 0, and of ν (negative infinity without ties).</returns>
    public static (double[] Strengths, double LogTies) Fit(PairCounts counts, double[]? start = null, double priorWeight = PriorWeight)
    {
        var variants = counts.Wins.GetLength(0);
        var hasTies = counts.Ties.Cast<double>().Any(ties => ties > 0);
        var size = variants + (hasTies ? 1 : 0);
        var at = new double[size];
        start?.CopyTo(at, 0);
        var value = LogLikelihood(counts, at, hasTies, priorWeight);
        for (var round = 0; round < MostRounds; round++)
        {
            var (gradient, information) = Slope(counts, at, hasTies, priorWeight);
            var step = information.Solve(gradient);

            // The likelihood is concave in the logarithms; halving guards the first steps from afar.
            for (var halving = 0; ; halving++)
            {
                double[] next = [.. at.Zip(step, (one, by) => one + by)];
                var better = LogLikelihood(counts, next, hasTies, priorWeight);
                if (better >= value - 1e-12 || halving > 40)
                {
                    (at, value) = (next, better);
                    break;
                }

                step = step.Divide(2);
            }

            if (step.AbsoluteMaximum() < 1e-10)
            {
                break;
            }
        }

        var center = at.Take(variants).Average();
        return ([.. at.Take(variants).Select(strength => strength - center)], hasTies ? at[variants] : double.NegativeInfinity);
    }

    private static double LogLikelihood(PairCounts counts, double[] at, bool hasTies, double priorWeight)
    {
        // Nothing but ties would have no bound either.
        var (sum, variants) = (hasTies ? -priorWeight * at[^1] * at[^1] / 8 : 0.0, counts.Wins.GetLength(0));
        for (var i = 0; i < variants; i++)
        {
            sum += priorWeight * ((at[i] / 2) - Math.Log(1 + Math.Exp(at[i])));
            for (var j = i + 1; j < variants; j++)
            {
                var (wins, losses, ties) = (counts.Wins[i, j], counts.Wins[j, i], counts.Ties[i, j]);
                if (wins + losses + ties > 0)
                {
                    var (win, tie) = Chances(at, i, j, hasTies);
                    sum += Part(wins, win) + Part(losses, 1 - win - tie) + Part(ties, tie);
                }
            }
        }

        return sum;

        static double Part(double count, double chance) => count == 0 ? 0 : count * Math.Log(Math.Max(chance, 1e-300));
    }

    private static (double Win, double Tie) Chances(double[] at, int i, int j, bool hasTies)
    {
        var half = (at[i] - at[j]) / 2;
        var (win, loss, tie) = (Math.Exp(half), Math.Exp(-half), hasTies ? Math.Exp(at[^1]) : 0);
        var whole = win + loss + tie;
        return (win / whole, tie / whole);
    }

    // An exponential family: the score of i against j is ±1/2 or 0, and a tie counts 1 for ν; the information is their covariance.
    private static (Vector<double> Gradient, Matrix<double> Information) Slope(PairCounts counts, double[] at, bool hasTies, double priorWeight)
    {
        var variants = counts.Wins.GetLength(0);
        var (gradient, information) = (Vector<double>.Build.Dense(at.Length), Matrix<double>.Build.Dense(at.Length, at.Length));
        for (var i = 0; i < variants; i++)
        {
            var against = 1 / (1 + Math.Exp(-at[i]));
            gradient[i] += priorWeight * (0.5 - against);

            // What shifts all strengths alike moves nothing but the prior: a trace keeps the matrix regular without it.
            information[i, i] += (priorWeight * against * (1 - against)) + 1e-9;
            for (var j = i + 1; j < variants; j++)
            {
                var (wins, losses, ties) = (counts.Wins[i, j], counts.Wins[j, i], counts.Ties[i, j]);
                var games = wins + losses + ties;
                if (games == 0)
                {
                    continue;
                }

                var (win, tie) = Chances(at, i, j, hasTies);
                var net = (2 * win) + tie - 1;
                var slope = (wins - losses - (games * net)) / 2;
                gradient[i] += slope;
                gradient[j] -= slope;
                var spread = games * (1 - tie - (net * net)) / 4;
                information[i, i] += spread;
                information[j, j] += spread;
                information[i, j] -= spread;
                information[j, i] -= spread;
                if (hasTies)
                {
                    var shared = -games * tie * net / 2;
                    gradient[variants] += ties - (games * tie);
                    information[variants, variants] += games * tie * (1 - tie);
                    information[i, variants] += shared;
                    information[variants, i] += shared;
                    information[j, variants] -= shared;
                    information[variants, j] -= shared;
                }
            }
        }

        if (hasTies)
        {
            gradient[variants] -= priorWeight * at[variants] / 4;
            information[variants, variants] += (priorWeight / 4) + 1e-9;
        }

        return (gradient, information);
    }
}
