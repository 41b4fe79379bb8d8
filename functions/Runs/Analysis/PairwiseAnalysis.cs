using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Agreement;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs.Analysis;

/// <summary>What the judges of a pairwise scorer came to. It is their opinion: no label of people is in it.</summary>
/// <param name="Judges">As the definition names them.</param>
/// <param name="Template">The version of our prompt; 0 where the definition has a template of its own.</param>
/// <param name="Position">By judge: how far the order of the answers decided.</param>
/// <param name="Ranking">Of three variants or more; null otherwise.</param>
public sealed record PairwiseAnalysis(
    string Scorer,
    IReadOnlyList<string> Judges,
    int Repeats,
    int Template,
    IReadOnlyList<PairPreference> Pairs,
    IReadOnlyList<PositionEffect> Position,
    PreferenceRanking? Ranking = null);

/// <summary>Is a variant preferred to its control?</summary>
/// <param name="Verdict">better (preferred), worse, equivalent or inconclusive.</param>
/// <param name="Wins">Pairs of answers that the variant won in both orders.</param>
/// <param name="Net">Wins minus losses, as a share of the pairs: the mean over scenarios, -1 to 1.</param>
/// <param name="NoAnswer">Pairs that are none because one of the cells has no answer.</param>
/// <param name="Unjudged">Pairs that a judge was not asked about, or gave no winner of in one of the orders.</param>
/// <param name="Bounds">What the net could be had the missing pairs been judged; null when none is missing.</param>
/// <param name="LengthBias">Of winning with how much longer the answer is, in characters; null where nothing varies.</param>
public sealed record PairPreference(
    string Variant,
    string Control,
    string Verdict,
    long Wins,
    long Ties,
    long Losses,
    double? Net,
    ConfidenceInterval? Interval,
    double? PValue,
    double? AdjustedPValue,
    double? EquivalencePValue,
    double? Margin,
    string Method,
    int Items,
    int Clusters,
    long NoAnswer,
    long Unjudged,
    EffectBounds? Bounds,
    string? Reason,
    string Summary,
    string? Assumption,
    IReadOnlyList<InferenceWarning> Warnings,
    LengthBiasResult? LengthBias);

/// <param name="Votes">Pairs of answers that the judge was asked about in both orders.</param>
/// <param name="Invalid">Judgements without a winner that could be read.</param>
/// <param name="Failed">Judgements whose calls failed.</param>
/// <param name="Flips">Votes that changed with the order.</param>
/// <param name="FlipRate">Their share, the mean over scenarios; null without votes.</param>
/// <param name="Lean">How much more often the answer shown first is preferred than the second, -1 to 1, the mean over scenarios.</param>
public sealed record PositionEffect(
    string Judge, long Votes, long Invalid, long Failed, long Flips, double? FlipRate, ConfidenceInterval? FlipInterval, double? Lean, ConfidenceInterval? LeanInterval);

/// <param name="Variants">The strongest first.</param>
/// <param name="TieWeight">Davidson's ν: two of equal strength tie with probability ν/(2 + ν).</param>
/// <param name="Cycles">Variants of which each beats the next, and the last the first, each beyond chance: no order fits them.</param>
/// <param name="Limit">Why a number rests on little.</param>
public sealed record PreferenceRanking(
    IReadOnlyList<RankedPreference> Variants, double TieWeight, IReadOnlyList<IReadOnlyList<string>> Cycles, long Comparisons, int Clusters, string? Limit, string Summary);

/// <param name="Strength">The logarithm of its odds of beating one of average strength, ties aside.</param>
/// <param name="BestRank">With <paramref name="WorstRank"/> the ranks that are not excluded, of all variants together.</param>
public sealed record RankedPreference(string Variant, string Model, double Strength, ConfidenceInterval? Interval, double WinChance, int Rank, int BestRank, int WorstRank);
