using FunctionsEval.Evaluation.Analysis;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Judging;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Agreement;
using FunctionsEval.Statistics.Planning;
using FunctionsEval.Statistics.Samples;

namespace FunctionsEval.Runs.Analysis;

/// <summary>Collects what the judges of one scorer said, cell by cell.</summary>
/// <param name="clusters">A label an item, or empty where every item stands alone.</param>
internal sealed class JudgeTally(RunRecord run, int scorer, int[] clusters)
{
    /// <summary>Of which agreement and the like are computed: many more would tell the same, more slowly.</summary>
    private const int MostAnswers = 10_000;

    private readonly ScorerSpec _spec = run.Scorers[scorer];
    private readonly List<JudgedAnswer> _answers = [];
    private readonly (long Cells, decimal Usd, long Priced)[] _ownCosts = new (long, decimal, long)[run.Variants.Count];
    private readonly Dictionary<string, OwnTally> _perJudge = run.Scorers[scorer].Judge!.Models.ToDictionary(model => model, _ => new OwnTally(), StringComparer.Ordinal);
    private JudgeNoise?[]? _noise;
    private long _judged;
    private long _withoutScore;
    private decimal _usd;
    private long _pricedJudgements;

    public string Scorer => _spec.Name!;

    private JudgeSpec Judge => _spec.Judge!;

    public void Add(CellRecord cell)
    {
        ref var own = ref _ownCosts[cell.Address.Variant];
        own = (own.Cells + 1, own.Usd + (cell.CostUsd ?? 0), own.Priced + (cell.CostUsd is null ? 0 : 1));
        if (cell.Scores.ElementAtOrDefault(scorer) is not { Judge: { } judged } score)
        {
            return;
        }

        _judged++;
        _withoutScore += score.Value is null ? 1 : 0;
        if (judged.CostUsd is { } cost)
        {
            (_usd, _pricedJudgements) = (_usd + cost, _pricedJudgements + judged.Judgements.Count);
        }

        foreach (var judgement in judged.Judgements)
        {
            _perJudge.GetValueOrDefault(judgement.Model)?.Add(judgement);
        }

        if (_answers.Count < MostAnswers)
        {
            _answers.Add(new JudgedAnswer(cell.Address.Item, cell.Address.Variant, score.Value, judged.Length, RatingsOf(judged)));
        }
    }

    public JudgeFacts Facts() => new(
        _spec.Name!, JudgeModels.OwnJudgesOf(_spec, run.Variants), Judge.Temperature ?? 0, Judge.Repeats, _perJudge.Values.Sum(own => own.Judgements), _perJudge.Values.Sum(own => own.Failed),
        _perJudge.Values.Sum(own => own.Invalid));

    /// <summary>Of one judgement of an answer of that variant; null where none was judged twice.</summary>
    public JudgeNoise? NoiseOf(int variant) => (_noise ??= Noise())[variant];

    /// <summary>What an answer of the variant cost, and a judgement; alike where nobody knows.</summary>
    public (double Answer, double Judgement) PricesOf(int variant)
    {
        var own = _ownCosts[variant];
        return own.Priced > 0 && _pricedJudgements > 0 && own.Usd + _usd > 0
            ? ((double)(own.Usd / own.Priced), (double)(_usd / _pricedJudgements))
            : (1, 1);
    }

    /// <param name="labels">How many answers people labelled for this scorer.</param>
    public JudgeStatistics Finish(int labels)
    {
        var judges = Judge.Models.Select(model => _perJudge[model].Finish(model)).ToList();
        return new JudgeStatistics(
            _spec.Name!,
            Judge.Template is null ? JudgePrompt.Version : 0,
            _judged,
            judges.Sum(judge => judge.Judgements),
            judges.Sum(judge => judge.Invalid),
            judges.Sum(judge => judge.Failed),
            _withoutScore,
            _pricedJudgements > 0 ? _usd : null,
            judges,
            Agreement(),
            Kappa(),
            Length(),
            FormattableString.Invariant($"The scores of '{_spec.Name}' are the opinion of {JudgeOpinion.WhoseOf(Judge)}{(labels == 0 ? "" : $"; {labels} labels of people correct it")}."));
    }

    private JudgeAgreement? Agreement()
    {
        var raters = Judge.Models.Count * Judge.Repeats;
        if (raters < 2 || _answers.Count == 0)
        {
            return null;
        }

        var scale = Judge.PassFail && Judge.Criteria is null ? RatingScale.Nominal : RatingScale.Interval;
        double[] ratings = [.. _answers.SelectMany(answer => answer.Ratings)];
        return KrippendorffsAlpha.Of(ratings, raters, scale, UnitsOf(_answers), MultiSampleAnalysis.Level) is { } alpha
            ? new JudgeAgreement(alpha.Alpha, alpha.Interval, JsonRules.Name(scale), alpha.Units, Judge.Models.Count == 1 ? "repeats" : Judge.Repeats == 1 ? "judges" : "judges and repeats")
            : null;
    }

    /// <summary>Of two judges who were asked once each, where their opinions are categories.</summary>
    private KappaResult? Kappa()
    {
        if (Judge is not { Models.Count: 2, Repeats: 1 })
        {
            return null;
        }

        var both = _answers.Where(answer => !double.IsNaN(answer.Ratings[0]) && !double.IsNaN(answer.Ratings[1])).ToList();
        return CohensKappa.Of(
            [.. both.Select(answer => answer.Ratings[0])], [.. both.Select(answer => answer.Ratings[1])], Judge.PassFail ? KappaWeights.None : KappaWeights.Quadratic, UnitsOf(both), MultiSampleAnalysis.Level);
    }

    private LengthBiasResult? Length()
    {
        var scored = _answers.Where(answer => answer.Score is not null).ToList();
        return scored.Count == 0 ? null : LengthBias.Of(
            [.. scored.Select(answer => answer.Score!.Value)], [.. scored.Select(answer => (double)answer.Length)], [.. scored.Select(answer => answer.Item)], UnitsOf(scored), MultiSampleAnalysis.Level);
    }

    private JudgeNoise?[] Noise()
    {
        // That one judge is stricter than another is the same for all answers: it is no noise.
        var means = Judge.Models.Select(model => _perJudge[model].Mean).ToList();
        return [.. run.Variants.Select((_, variant) => JudgeNoise.Of([.. _answers.Where(answer => answer.Variant == variant).Select(answer =>
        {
            var moments = default(RunningMoments);
            foreach (var (rater, rating) in answer.Ratings.Index().Where(entry => !double.IsNaN(entry.Item)))
            {
                moments.Add(rating - (means[rater / Judge.Repeats] ?? 0));
            }

            return moments;
        })]))];
    }

    private int[] UnitsOf(List<JudgedAnswer> answers) => [.. answers.Select(answer => clusters.Length == 0 ? answer.Item : clusters[answer.Item])];

    /// <summary>By judge, then by repeat; NaN where there is no score.</summary>
    private double[] RatingsOf(JudgedScore judged)
    {
        var ratings = Enumerable.Repeat(double.NaN, Judge.Models.Count * Judge.Repeats).ToArray();
        foreach (var judgement in judged.Judgements)
        {
            var model = Judge.Models.ToList().IndexOf(judgement.Model);
            if (model >= 0 && judgement.Repeat < Judge.Repeats)
            {
                ratings[(model * Judge.Repeats) + judgement.Repeat] = judgement.Value ?? double.NaN;
            }
        }

        return ratings;
    }

    private sealed record JudgedAnswer(int Item, int Variant, double? Score, int Length, double[] Ratings);

    private sealed class OwnTally
    {
        private RunningMoments _values;

        public long Judgements { get; private set; }

        public long Invalid { get; private set; }

        public long Failed { get; private set; }

        public double? Mean => _values.Count > 0 ? _values.Mean : null;

        public void Add(JudgedOnce judgement)
        {
            Judgements++;
            if (judgement.Value is { } value)
            {
                _values.Add(value);
            }
            else if (judgement.Failed is not null)
            {
                Failed++;
            }
            else
            {
                Invalid++;
            }
        }

        public OneJudge Finish(string model) => new(model, Judgements, Mean, _values.Count > 1 ? Math.Sqrt(_values.Variance) : null, Invalid, Failed);
    }
}
