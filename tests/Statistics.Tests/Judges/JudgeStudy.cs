using FunctionsEval.Statistics.Calibration;
using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Tests.Judges;

/// <summary>A run of two variants whose true quality is known, a judge with planted faults, and people who label some of it.</summary>
/// <param name="Items">Scenarios.</param>
/// <param name="Labels">Labelled scenarios; both answers of each.</param>
/// <param name="Truth">The first variant's mean, or pass rate; the second one's is less by <paramref name="Effect"/>.</param>
/// <param name="SelfPreference">What the judge adds to every answer of the first variant (pass or fail: the chance that it passes what it should fail).</param>
/// <param name="PerCluster">Scenarios of one cluster, which share a part of their quality and of the judge's error.</param>
/// <param name="Spread">How much pass rates differ between scenarios.</param>
/// <param name="LengthPreference">What the judge adds for each standard deviation of length; the first variant's answers are longer by one.</param>
internal sealed record JudgeStudy(
    string Name,
    bool IsPassOrFail,
    int Items,
    int Labels,
    double Truth,
    double Effect,
    double Bias = 0,
    double Noise = 0.7,
    double SelfPreference = 0,
    double LengthPreference = 0,
    double Sensitivity = 0.9,
    double Specificity = 0.8,
    int Samples = 1,
    int PerCluster = 1,
    double Spread = 0.6)
{
    public ScoreScale Scale => IsPassOrFail ? ScoreScale.PassOrFail : ScoreScale.Between(1, 5);

    public int[] Clusters => PerCluster == 1 ? [] : [.. Enumerable.Range(0, Items).Select(item => item / PerCluster)];

    /// <summary>The mean of labels that very many items would have: scores are cut at the ends of their scale, and steps of 1 drawn at random leave the mean where it is.</summary>
    public double MeanOf(double truth)
    {
        if (IsPassOrFail)
        {
            return truth;
        }

        const int Points = 20_000;
        return Enumerable.Range(0, Points).Average(point =>
            Math.Clamp(truth + (Math.Sqrt((0.5 * 0.5) + (0.4 * 0.4)) * MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, (point + 0.5) / Points)), 1, 5));
    }

    public (LabelledScores First, LabelledScores Second) Draw(Random random)
    {
        // Whole clusters are labelled where there are clusters: every item has the same chance.
        var labelled = Enumerable.Range(0, Items / PerCluster).Shuffled(random).Take(Labels / PerCluster).ToHashSet();
        var (items, isLabelled) = (new List<int>(), new List<bool>());
        var cells = (First: new List<(double Judged, double Label)>(), Second: new List<(double Judged, double Label)>());
        var (shared, harsh) = (0.0, 0.0);
        for (var item = 0; item < Items; item++)
        {
            if (item % PerCluster == 0)
            {
                (shared, harsh) = (random.Normal(), random.Normal());
            }

            var level = PerCluster == 1 ? random.Normal() : (Math.Sqrt(0.5) * shared) + (Math.Sqrt(0.5) * random.Normal());
            for (var sample = 0; sample < Samples; sample++)
            {
                items.Add(item);
                isLabelled.Add(labelled.Contains(item / PerCluster) && sample == 0);
                cells.First.Add(Cell(random, Truth, level, harsh, SelfPreference, 1));
                cells.Second.Add(Cell(random, Truth - Effect, level, harsh, 0, 0));
            }
        }

        return (Of(cells.First), Of(cells.Second));

        LabelledScores Of(List<(double Judged, double Label)> own)
        {
            var judged = new RunningMoments[Items];
            foreach (var (item, cell) in items.Zip(own))
            {
                judged[item].Add(cell.Judged);
            }

            return LabelledScores.Of(judged, [.. items.Zip(own).Where((_, place) => isLabelled[place]).Select(pair => (pair.First, pair.Second.Judged, pair.Second.Label))], Clusters);
        }
    }

    private (double Judged, double Label) Cell(Random random, double truth, double level, double harsh, double preference, double longer)
    {
        var length = LengthPreference * (longer + random.Normal());
        if (IsPassOrFail)
        {
            // A normal level made uniform, so that the mean over items is the truth itself.
            var passes = (Spread * (MathNet.Numerics.Distributions.Normal.CDF(0, 1, level) - 0.5)) + truth > random.NextDouble();
            var errs = PerCluster > 1 ? 0.1 * MathNet.Numerics.Distributions.Normal.CDF(0, 1, harsh) - 0.05 : 0;
            var chance = passes ? Sensitivity - errs : 1 - Specificity + preference + errs;
            return (random.NextDouble() < chance + length ? 1 : 0, passes ? 1 : 0);
        }

        var quality = truth + (0.5 * level) + (0.4 * random.Normal());
        var label = Math.Clamp(Math.Floor(quality + random.NextDouble()), 1, 5);
        var judged = quality + Bias + preference + length + (PerCluster > 1 ? 0.3 * harsh : 0) + (Noise * random.Normal());
        return (Math.Clamp(Math.Floor(judged + random.NextDouble()), 1, 5), label);
    }
}
