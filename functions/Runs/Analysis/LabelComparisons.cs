using System.Globalization;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics.Agreement;
using FunctionsEval.Statistics.Calibration;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Samples;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs.Analysis;

/// <summary>A scorer against people, and its means and verdicts corrected by them.</summary>
internal sealed class LabelComparisons(LabelledMetric metric, IReadOnlyList<VariantComparison> judged)
{
    private const double Level = MultiSampleAnalysis.Level;
    private const int MostTags = 50;

    private readonly RunRecord _run = metric.Scores.Run;
    private readonly ScoreScale _scale = metric.Scale;
    private readonly CompareSpec _compare = metric.Scores.Run.Compare ?? new CompareSpec();
    private readonly IReadOnlyList<LabelledCell> _cells = metric.Cells;

    /// <summary>Of every metric that has labels.</summary>
    public static IReadOnlyList<LabelAnalysis>? All(RunScores scores, LabelledCells labels, IReadOnlyList<VariantComparison> judged)
    {
        if (labels.AreNone)
        {
            return null;
        }

        return
        [
            .. Enumerable.Range(0, scores.Scorers.Count)
                .Select(index => new LabelledMetric(scores, index, labels.Of(scores.Scorers, index)))
                .Where(metric => metric.Cells.Count > 0)
                .Select(metric => new LabelComparisons(metric, [.. judged.Where(one => one.Metric == metric.Scorer.Name)]).Analysis()),
        ];
    }

    private bool IsPassOrFail => _scale.Kind == ScoreKind.PassOrFail;

    private LabelAnalysis Analysis()
    {
        var perVariant = Enumerable.Range(0, _run.Variants.Count).Select(metric.OfVariant).ToList();
        var accuracy = Accuracy();
        var alphaScale = IsPassOrFail ? RatingScale.Nominal : _cells.SelectMany(cell => cell.Labels).All(label => double.IsInteger(label.Value)) ? RatingScale.Ordinal : RatingScale.Interval;
        var alpha = Alpha([.. _cells.SelectMany(cell => new[] { cell.Score, cell.Label })], 2, alphaScale, _cells);
        var kappa = CohensKappa.Of(
            [.. _cells.Select(cell => cell.Score)], [.. _cells.Select(cell => cell.Label)], IsPassOrFail ? KappaWeights.None : KappaWeights.Quadratic, UnitsOf(_cells), Level);
        var (people, bias, comparisons, name) = (BetweenPeople(alphaScale), Bias(null, _cells), Verdicts(perVariant), metric.Scorer.Name);
        var labels = _cells.SelectMany(cell => cell.Labels).ToList();
        return new LabelAnalysis(
            name,
            labels.Count,
            _cells.Count,
            _cells.DistinctBy(cell => cell.Address.Item).Count(),
            [.. labels.GroupBy(label => label.Labeller, StringComparer.Ordinal).OrderBy(own => own.Key, StringComparer.Ordinal).Select(own => new LabellerCount(own.Key, own.Count()))],
            LabelSentences.Summary(name, labels.Count, _cells.Count, comparisons),
            LabelSentences.Agreement(name, accuracy, alpha, JsonRules.Name(alphaScale), kappa, people, bias),
            accuracy,
            alpha,
            JsonRules.Name(alphaScale),
            kappa,
            people,
            bias,
            [.. ByTag()],
            [.. perVariant.Index().Select(variant => Corrected(variant.Index, variant.Item, accuracy))],
            comparisons);
    }

    private JudgeAccuracy? Accuracy()
    {
        if (!IsPassOrFail)
        {
            return null;
        }

        LabelledCell[] decided = [.. _cells.Where(cell => cell.Label != 0.5 && cell.Score is 0 or 1)];
        return JudgeAccuracy.Of(
            [.. decided.Select(cell => cell.Score)], [.. decided.Select(cell => cell.Label > 0.5 ? 1.0 : 0)], [.. decided.Select(cell => metric.UnitOf(cell.Address.Item))], Level);
    }

    private AlphaResult? BetweenPeople(RatingScale alphaScale)
    {
        string[] people = [.. _cells.SelectMany(cell => cell.Labels).Select(label => label.Labeller).Distinct(StringComparer.Ordinal)];
        LabelledCell[] shared = [.. _cells.Where(cell => cell.Labels.Count > 1)];
        var alpha = shared.Length == 0 ? null : Alpha(
            [.. shared.SelectMany(cell => people.Select(person => cell.Labels.FirstOrDefault(label => label.Labeller == person)?.Value ?? double.NaN))], people.Length, alphaScale, shared);

        // A few answers that two people happened to see say nothing of them.
        return alpha?.Interval is null ? null : alpha;
    }

    private AlphaResult? Alpha(double[] ratings, int raters, RatingScale alphaScale, IReadOnlyList<LabelledCell> cells) =>
        KrippendorffsAlpha.Of(ratings, raters, alphaScale, UnitsOf(cells), Level);

    private LabelBias? Bias(string? tag, IReadOnlyList<LabelledCell> cells)
    {
        var items = cells.GroupBy(cell => cell.Address.Item).Select(own => (Item: own.Key, Mean: own.Average(cell => cell.Score - cell.Label))).ToList();
        var scale = _scale.Range is { } range ? ScoreScale.Between(-range, range) : ScoreScale.Unbounded;
        return MeanInference.Of(
            [.. items.Select(item => item.Mean)],
            metric.ClustersOf(items.Select(item => item.Item)),
            scale,
            _run.Sampling.MeanSamples,
            Level,
            VerdictRules.RandomOf(_run, metric.Scorer.Name, items.Count)) is { } bias
            ? new LabelBias(tag, bias.Mean, bias.Interval, cells.Count, items.Count)
            : null;
    }

    private IEnumerable<LabelBias> ByTag() => metric.Scores.Items.SelectMany(item => item.Tags ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        .Select(tag => (Tag: tag, Cells: _cells.Where(cell => metric.Scores.Items[cell.Address.Item].Tags?.Contains(tag) == true).ToList()))
        .Where(slice => slice.Cells.Count > 0)
        .Take(MostTags)
        .Select(slice => Bias(slice.Tag, slice.Cells))
        .OfType<LabelBias>();

    private CorrectedVariant Corrected(int variant, LabelledScores scores, JudgeAccuracy? accuracy)
    {
        var corrected = CorrectedMean.Of(scores, _scale, Level);
        return new CorrectedVariant(
            _run.Variants[variant].Name,
            corrected.Judged,
            corrected.Mean,
            corrected.Interval,
            corrected.Labels,
            corrected.Method,
            corrected.Assumption,
            corrected.Limit,
            accuracy is null ? null : RoganGladen.Of(scores, accuracy.Counts, Level));
    }

    private List<CorrectedVerdict> Verdicts(List<LabelledScores> perVariant)
    {
        var pairs = _compare.Metrics?.Contains(metric.Scorer.Name) == false
            ? []
            : ComparedPairs.Of(_run.Variants.Count, ComparedPairs.ControlOf(_run, _compare), _compare.Pairs);
        var design = VerdictRules.DesignOf(metric.Scores, metric.Index, _compare);
        var evidence = pairs.Select(pair => new Evidence(
            CorrectedComparison.Of(perVariant[pair.Variant], perVariant[pair.Control], design),
            ScoreBounds.Of(metric.Scores, metric.Scorer, metric.Scores.PerScorer[metric.Index], pair))).ToList();
        return [.. Decisions.Of(evidence, design, VerdictRules.CorrectionOf(_compare)).Zip(pairs, (decision, pair) => View(pair, decision, design))];
    }

    private CorrectedVerdict View((int Variant, int Control) pair, Decision decision, ComparisonDesign design)
    {
        var (variant, control) = (_run.Variants[pair.Variant].Name, _run.Variants[pair.Control].Name);
        var own = judged.FirstOrDefault(one => one.Variant == variant && one.Control == control);
        var evidence = decision.Comparison;
        return new CorrectedVerdict(
            variant,
            control,
            JsonRules.Name(VerdictRules.Directed(decision.Verdict, _compare)),
            own?.Verdict,
            own?.Effect,
            evidence.Effect,
            evidence.Interval,
            evidence.PValue,
            decision.AdjustedPValue,
            decision.AdjustedEquivalencePValue,
            design.Margin,
            evidence.Items,
            evidence.Units,
            evidence.Method,
            evidence.Assumption ?? (_run.Stopping is null ? null : "The run looked at its scores before its end; the corrected verdict does not count those looks."),
            decision.Reason,
            Sentence(variant, control, decision, design));
    }

    // More labels would tell as well as more scenarios, so no number of scenarios is named.
    private string Sentence(string variant, string control, Decision decision, ComparisonDesign design)
    {
        var shown = decision.Verdict == Verdict.Inconclusive ? design with { Margin = null } : design;
        var sentence = new ComparisonSentence(variant, control, _scale, shown, _compare.Better != "lower")
            .Of(decision with { Comparison = decision.Comparison with { Units = decision.Comparison.Items } });
        return decision.Comparison.Interval is null
            ? sentence
            : string.Create(CultureInfo.InvariantCulture, $"Corrected by labels of {LabelSentences.Counted(decision.Comparison.Units, design.IsClustered ? "cluster" : "scenario")}: {sentence}");
    }

    // Cells of one scenario are alike: agreement counts them together, whether the run has clusters or not.
    private int[] UnitsOf(IReadOnlyList<LabelledCell> cells) => [.. cells.Select(cell => metric.UnitOf(cell.Address.Item))];
}
