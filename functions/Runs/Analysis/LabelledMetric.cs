using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Labels;
using FunctionsEval.Statistics.Calibration;

namespace FunctionsEval.Runs.Analysis;

/// <summary>A cell that people labelled and a scorer scored.</summary>
/// <param name="Labels">One of each person.</param>
internal sealed record LabelledCell(CellAddress Address, double Score, IReadOnlyList<CellLabel> Labels)
{
    public double Label => Labels.Average(label => label.Value);
}

/// <summary>The labels of a run by metric, put beside the scores of their cells while those are read.</summary>
internal sealed class LabelledCells
{
    private readonly ILookup<CellAddress, CellLabel> _labels;
    private readonly List<CellRecord> _cells = [];

    public LabelledCells(IEnumerable<CellLabel> labels) => _labels = labels.ToLookup(label => label.Address);

    /// <summary>True where there is no label at all.</summary>
    public bool AreNone => _labels.Count == 0;

    public void See(CellRecord cell)
    {
        if (_labels.Contains(cell.Address))
        {
            _cells.Add(cell);
        }
    }

    /// <summary>Those of the scorer at that place; a cell that it could not score has nothing to compare.</summary>
    public IReadOnlyList<LabelledCell> Of(IReadOnlyList<IScorer> scorers, int index)
    {
        var found = new List<LabelledCell>();
        foreach (var cell in _cells)
        {
            CellLabel[] labels = [.. _labels[cell.Address].Where(label => label.Metric == scorers[index].Name)];
            if (labels.Length > 0 && RunScores.ValueOf(cell, scorers[index], index) is { } score)
            {
                found.Add(new LabelledCell(cell.Address, score, labels));
            }
        }

        return found;
    }
}

/// <summary>One metric of a run with its labels, as the statistics take them.</summary>
internal sealed record LabelledMetric(RunScores Scores, int Index, IReadOnlyList<LabelledCell> Cells)
{
    private readonly int[] _clusters = ScenarioClusters.Of(Scores.Items);

    public IScorer Scorer => Scores.Scorers[Index];

    public Statistics.Inference.ScoreScale Scale => VerdictRules.ScaleOf(Scores.Run.Scorers[Index], Scorer);

    public LabelledScores OfVariant(int variant) => LabelledScores.Of(
        Scores.PerScorer[Index].ScoresOf(variant),
        [.. Cells.Where(cell => cell.Address.Variant == variant).Select(cell => (cell.Address.Item, cell.Score, cell.Label))],
        _clusters);

    /// <summary>The independent unit of an item: itself, or its cluster.</summary>
    public int UnitOf(int item) => _clusters.Length == 0 ? item : _clusters[item];

    /// <summary>The units of items, or nothing where each stands alone.</summary>
    public int[] ClustersOf(IEnumerable<int> items) => _clusters.Length == 0 ? [] : [.. items.Select(item => _clusters[item])];
}
