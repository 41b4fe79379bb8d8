using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Calibration;

/// <param name="Interval">Wilson's, with as many cells as they are worth independent ones.</param>
public sealed record Share(double Value, ConfidenceInterval Interval, int Cells);

/// <summary>How a judge that passes or fails agrees with people, cell by cell.</summary>
/// <param name="BaseRate">The share that people pass: a judge that always passes is right so often.</param>
/// <param name="Sensitivity">Of the cells that people pass, those that the judge passes; null where they pass none.</param>
/// <param name="Specificity">Of the cells that people fail, those that the judge fails; null where they fail none.</param>
public sealed record JudgeAccuracy(Share Accuracy, double BaseRate, Share? Sensitivity, Share? Specificity, ConfusionCounts Counts)
{
    /// <summary>Null without cells.</summary>
    /// <param name="judged">0 or 1, as is each label.</param>
    /// <param name="units">The scenario of each cell, or its cluster: any numbers.</param>
    public static JudgeAccuracy? Of(ReadOnlySpan<double> judged, ReadOnlySpan<double> labels, ReadOnlySpan<int> units, double level)
    {
        ArgumentRules.CheckSameLength(judged.Length, labels.Length, nameof(labels));
        ArgumentRules.CheckSameLength(judged.Length, units.Length, nameof(units));
        ConfidenceInterval.CheckLevel(level);
        var index = ClusterIndex.Of(units);
        var (all, passed, failed) = (new List<(int, double, double)>(), new List<(int, double, double)>(), new List<(int, double, double)>());
        for (var cell = 0; cell < judged.Length; cell++)
        {
            if (judged[cell] is not (0 or 1) || labels[cell] is not (0 or 1))
            {
                throw new ArgumentException($"A judge's score and its label must be 0 or 1, but are {judged[cell]} and {labels[cell]}.", nameof(judged));
            }

            var isRight = judged[cell].Equals(labels[cell]) ? 1.0 : 0;
            all.Add((index[cell], isRight, 1));
            (labels[cell] == 1 ? passed : failed).Add((index[cell], isRight, 1));
        }

        if (all.Count == 0)
        {
            return null;
        }

        var (accuracy, sensitivity, specificity) = (ShareOf(all)!, ShareOf(passed), ShareOf(failed));
        var (hits, rejections) = (Right(passed), Right(failed));
        return new JudgeAccuracy(
            accuracy, passed.Count / (double)all.Count, sensitivity, specificity, new ConfusionCounts(hits, failed.Count - rejections, rejections, passed.Count - hits));

        Share? ShareOf(List<(int, double, double)> cells)
        {
            if (cells.Count == 0)
            {
                return null;
            }

            var share = ClusteredShare.Of(cells, index.Count);
            var (lower, upper) = share.Ends(Normal.InvCDF(0, 1, (1 + level) / 2));
            return new Share(share.Value, new ConfidenceInterval(lower, upper, level), cells.Count);
        }

        static int Right(List<(int, double Value, double)> cells) => cells.Count(cell => cell.Value == 1);
    }
}
