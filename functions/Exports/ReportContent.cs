using System.Globalization;
using FunctionsEval.Comparisons;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Exports;

/// <summary>What a report for people tells, whatever it is written in.</summary>
/// <param name="Differing">The scenarios whose variants differ most, each with its answers.</param>
internal sealed record ReportContent(
    RunRecord Run, RunAnalysis? Analysis, IReadOnlyList<VariantUsage> Usage, IReadOnlyList<(DifferingScenario Scenario, IReadOnlyList<Answer> Answers)> Differing)
{
    private const int ScenariosShown = 10;
    private const int SamplesShown = 2;

    /// <summary>What labels of people correct, then one sentence a comparison; without comparisons, why there is none.</summary>
    public IReadOnlyList<string> Sentences => [.. Corrections.SelectMany(metric => metric.Comparisons, (_, verdict) => verdict.Summary), .. Judged];

    public IReadOnlyList<LabelAnalysis> Corrections => Analysis?.Labels ?? [];

    private IReadOnlyList<string> Judged => Analysis switch
    {
        null => [MissingAnalysis.ReasonOf(Run)],
        { Comparisons: null or { Count: 0 }, Pairwise: null } => ["Nothing was compared: the run has one variant or no scorer."],
        _ =>
        [
            .. (Analysis.Comparisons ?? []).Select(comparison =>
                $"{comparison.Summary ?? $"{comparison.Variant} against {comparison.Control}: {comparison.Verdict}."}{(Analysis.OtherScorers.Count > 0 ? $" (by {comparison.Metric})" : "")}"),
            .. Pairwise.SelectMany(pairwise => pairwise.Pairs.Select(pair => $"{pair.Summary} (by {pairwise.Scorer})")),
            .. Pairwise.Where(pairwise => pairwise.Ranking is not null).Select(pairwise => $"{pairwise.Ranking!.Summary} (by {pairwise.Scorer})"),
        ],
    };

    /// <summary>What is known of the judges, where there are any.</summary>
    public IEnumerable<string> JudgeSentences => (Analysis?.Judges ?? []).SelectMany(judge => judge.Sentences());

    public IReadOnlyList<PairwiseAnalysis> Pairwise => Analysis?.Pairwise ?? [];

    /// <summary>Tables of what judges of pairs prefer, and of the judges.</summary>
    public IEnumerable<(string Title, string[] Names, string[] Numbers, IReadOnlyList<string[]> Rows)> PairTables()
    {
        foreach (var pairwise in Pairwise)
        {
            yield return ($"Preferences by {pairwise.Scorer}", ["variant", "against", "verdict"], ["wins", "ties", "losses", "net", "95% interval", "adjusted p"],
                [.. pairwise.Pairs.Select(pair => (string[])[pair.Variant, pair.Control, pair.Verdict, Count(pair.Wins), Count(pair.Ties), Count(pair.Losses), Number(pair.Net), Interval(pair.Interval), ComparisonSentence.P(pair.AdjustedPValue)])]);
            if (pairwise.Ranking is { } ranking)
            {
                yield return ($"Ranking by {pairwise.Scorer}", ["variant"], ["best rank", "worst rank", "strength", "95% interval", "wins against average"],
                    [.. ranking.Variants.Select(one => (string[])[one.Variant, Count(one.BestRank), Count(one.WorstRank), Number(one.Strength), Interval(one.Interval), Number(one.WinChance)])]);
            }

            yield return ($"Judges of {pairwise.Scorer}", ["judge"], ["pairs", "changed with the order", "lean to the first", "95% interval"],
                [.. pairwise.Position.Select(judge => (string[])[judge.Judge, Count(judge.Votes), Number(judge.FlipRate), Number(judge.Lean), Interval(judge.LeanInterval)])]);
        }
    }

    public string Design => string.Create(
        CultureInfo.InvariantCulture,
        $"{Run.Items:N0} {(Run.IsTriage ? "candidates" : "scenarios")} x {Run.Variants.Count} variants x {Run.Sampling.SamplesPerScenario} samples; {JsonRules.Name(Run.Status)}; {Run.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC{(Run.ReusedRun is { } earlier ? $"; answers of run {earlier} reused" : "")}");

    /// <summary>The means by every scorer, the first one first.</summary>
    public IEnumerable<(string Scorer, IReadOnlyList<ModelStatistics> PerModel)> Means => Analysis is null ? [] :
        [(Analysis.Scorer ?? "answers", Analysis.PerModel), .. Analysis.OtherScorers.Select(other => (other.Scorer, other.PerModel))];

    public static async Task<ReportContent> ReadAsync(
        RunRecord run, AnalysisStore analyses, MeasureUsage usage, DifferingScenarios differing, ReadAnswers answers, CancellationToken cancellationToken)
    {
        var shown = new List<(DifferingScenario, IReadOnlyList<Answer>)>();
        foreach (var scenario in (await differing.OfAsync(run, cancellationToken)).Take(ScenariosShown))
        {
            var read = await answers.AllAsync(run, new AnswerFilter(new CellFilter(Item: scenario.ItemIndex)), cancellationToken)
                .Where(answer => answer.Cell.Address.Sample < SamplesShown)
                .ToListAsync(cancellationToken);
            shown.Add((scenario, read));
        }

        return new ReportContent(run, await analyses.FindHeadAsync(run.RunId, cancellationToken), await usage.OfAsync(run, cancellationToken), shown);
    }

    public static string Number(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Interval(Statistics.ConfidenceInterval? interval) => interval is null ? "-" : $"{Number(interval.Lower)} .. {Number(interval.Upper)}";

    public static string Usd(decimal? cost) => cost?.ToString("0.0000##", CultureInfo.InvariantCulture) ?? "-";
}
