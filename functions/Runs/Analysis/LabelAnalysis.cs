using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Agreement;
using FunctionsEval.Statistics.Calibration;

namespace FunctionsEval.Runs.Analysis;

/// <summary>What people say of some answers against what a scorer says of all: how far it can be trusted, and what its means and verdicts are once it is corrected.</summary>
/// <param name="Metric">The scorer, mostly a judge.</param>
/// <param name="Labels">Of people; several of one cell count as their mean.</param>
/// <param name="Cells">With a label and a score.</param>
/// <param name="Scenarios">Of those cells.</param>
/// <param name="Summary">What the labels do to the verdicts, in words.</param>
/// <param name="Agreement">How far scorer and people agree, in words.</param>
/// <param name="Accuracy">Cell by cell; null where the scorer does not pass or fail. A cell whose labels are evenly split is left out.</param>
/// <param name="Alpha">Krippendorff's, of the scorer and people; null where nothing differs.</param>
/// <param name="AlphaScale">nominal, ordinal or interval.</param>
/// <param name="Kappa">Cohen's, with squared weights where the scorer gives numbers.</param>
/// <param name="BetweenPeople">Alpha of people among each other; null below two of them on the same cells. A judge cannot be held to more.</param>
/// <param name="Bias">Score minus label.</param>
/// <param name="BiasByTag">Of the cells of each tag's scenarios.</param>
public sealed record LabelAnalysis(
    string Metric,
    int Labels,
    int Cells,
    int Scenarios,
    IReadOnlyList<LabellerCount> Labellers,
    string Summary,
    string Agreement,
    JudgeAccuracy? Accuracy,
    AlphaResult? Alpha,
    string AlphaScale,
    KappaResult? Kappa,
    AlphaResult? BetweenPeople,
    LabelBias? Bias,
    IReadOnlyList<LabelBias> BiasByTag,
    IReadOnlyList<CorrectedVariant> PerVariant,
    IReadOnlyList<CorrectedVerdict> Comparisons);

public sealed record LabellerCount(string Labeller, int Labels);

/// <param name="Tag">Null is all cells.</param>
/// <param name="Mean">Of score minus label, each scenario once; above 0 the scorer is too kind.</param>
public sealed record LabelBias(string? Tag, double Mean, ConfidenceInterval? Interval, int Cells, int Scenarios);

/// <param name="Judged">The scorer's own mean.</param>
/// <param name="Mean">Corrected by the labels of this variant.</param>
/// <param name="ByErrorRates">Corrected by sensitivity and specificity of all variants together (Rogan and Gladen); null where the scorer does not pass or fail.</param>
public sealed record CorrectedVariant(
    string Variant, double? Judged, double? Mean, ConfidenceInterval? Interval, int Labels, string? Method, string? Assumption, string? Limit, RoganGladenRate? ByErrorRates);

/// <summary>A comparison whose difference is corrected by labels; fields as of <see cref="VariantComparison"/>.</summary>
/// <param name="JudgedVerdict">What the scorer alone comes to; null where it compared nothing.</param>
/// <param name="LabelledScenarios">With labels of both variants, or clusters of them.</param>
public sealed record CorrectedVerdict(
    string Variant,
    string Control,
    string Verdict,
    string? JudgedVerdict,
    double? JudgedEffect,
    double? Effect,
    ConfidenceInterval? Interval,
    double? PValue,
    double? AdjustedPValue,
    double? EquivalencePValue,
    double? Margin,
    int Items,
    int LabelledScenarios,
    string Method,
    string? Assumption,
    string? Reason,
    string Summary);
