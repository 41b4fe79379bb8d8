using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Judging;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Plans;

/// <summary>
/// All judgements of one judge and repeat in a run. They are stored as the cells of a run of their own, whose id is that of the run and of what is asked: so
/// another rubric asks anew, and the same rubric, even under another name, is never paid twice.
/// </summary>
/// <param name="RunId">Of the judgements.</param>
public sealed record PairSet(string RunId, string Id, ScorerSpec Scorer, string Model, int Repeat)
{
    private const int DigestLength = 16;

    public JudgeSpec Judge => Scorer.Judge!;

    internal static IEnumerable<PairSet> Of(RunRecord run, ScorerSpec scorer) =>
        from model in scorer.Judge!.Models
        from repeat in Enumerable.Range(0, scorer.Judge.Repeats)
        let id = string.Create(CultureInfo.InvariantCulture, $"pairs-{DigestOf(scorer, model)}-{repeat:D2}")
        select new PairSet(IdIn(run.RunId, id), id, scorer, model, repeat);

    internal static string IdIn(string runId, string setId) => $"{runId}|{setId}";

    /// <summary>The run that the judgements are the cells of: its variants are pairs, and its samples are those of the run, in both orders.</summary>
    internal RunRecord AsRun(RunRecord run) => AsRun(run, Id) with { Scorers = [Scorer] };

    /// <inheritdoc cref="AsRun(RunRecord)"/>
    internal static RunRecord AsRun(RunRecord run, string setId) => run with
    {
        RunId = IdIn(run.RunId, setId),
        Variants = [.. Enumerable.Range(0, VariantPair.Count(run.Variants.Count)).Select(place => new Variant(place.ToString(CultureInfo.InvariantCulture), ""))],
        Sampling = run.Sampling with { SamplesPerScenario = 2 * run.Sampling.SamplesPerScenario, Allocation = null },
        Scorers = [],
        Pairwise = null,
        PairSets = null,
    };

    private static string DigestOf(ScorerSpec scorer, string model) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(PairPrompt.Identity(scorer, model))))[..DigestLength];
}

internal static class PairwiseRuns
{
    /// <summary>The run with these pairwise scorers; what was asked before stays known.</summary>
    public static RunRecord WithPairwise(this RunRecord run, IReadOnlyList<ScorerSpec> scorers)
    {
        var asking = run with { Pairwise = scorers.Count == 0 ? null : scorers };
        List<string> sets = [.. (run.PairSets ?? []).Union(new PairPlan(asking).Sets.Select(set => set.Id))];
        return asking with { PairSets = sets.Count == 0 ? null : sets };
    }
}
