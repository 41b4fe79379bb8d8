using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Samples;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Analysis;

/// <summary>The scores of a run, streamed through the statistics.</summary>
/// <param name="PerScorer">As many as <paramref name="Scorers"/>, and one when there is no scorer: which cells failed is worth knowing.</param>
/// <param name="Outcomes">How many cells ended how.</param>
/// <param name="EvaluatedItems">Items with at least one cell.</param>
/// <param name="Passed">1 for a cell that passes and 0 for one that does not; null where no scorer says so.</param>
/// <param name="Latencies">Of variants with an answer.</param>
/// <param name="Planned">Samples by variant and item where they were allocated; null where all were to get the same.</param>
internal sealed record RunScores(
    RunRecord Run,
    IReadOnlyList<Scenario> Items,
    IReadOnlyList<IScorer> Scorers,
    IReadOnlyList<MultiSampleAnalysis> PerScorer,
    IReadOnlyDictionary<CellOutcome, long> Outcomes,
    IReadOnlySet<int> EvaluatedItems,
    IReadOnlyList<CellFailures> Failures,
    MultiSampleAnalysis? Passed = null,
    int[][]? Planned = null,
    IReadOnlyList<VariantLatency>? Latencies = null)
{
    /// <summary>By scorer; null for one that asks no judge.</summary>
    public IReadOnlyList<JudgeTally?> Judges { get; init; } = [];

    public static Task<RunScores> ReadAsync(RunStore runs, CellLedger cells, RunRecord run, CancellationToken cancellationToken) =>
        ReadAsync(runs, cells, run, _ => { }, cancellationToken);

    /// <param name="see">Is shown every cell, so that nobody has to read them twice.</param>
    /// <param name="isRead">Which cells count; null takes all.</param>
    public static async Task<RunScores> ReadAsync(
        RunStore runs,
        CellLedger cells,
        RunRecord run,
        Action<CellRecord> see,
        CancellationToken cancellationToken,
        Func<CellAddress, bool>? isRead = null)
    {
        var scorers = run.Scorers.Select(Evaluation.Scoring.Scorers.Create).ToList();
        var items = new List<Scenario>(run.Items);
        await foreach (var item in runs.ItemsAsync(run.RunId, cancellationToken))
        {
            items.Add(item);
        }

        var clusters = ScenarioClusters.Of(items);
        var perScorer = scorers.Select((scorer, index) => Analysis(VerdictRules.ScaleOf(run.Scorers[index], scorer)))
            .DefaultIfEmpty(Analysis(ScoreScale.Unbounded))
            .ToList();

        var passing = new PassingCells(run, items);
        var passed = passing.AreCounted ? Analysis(ScoreScale.PassOrFail) : null;

        var judges = run.Scorers.Index().Select(scorer => scorer.Item.Judge is null ? null : new JudgeTally(run, scorer.Index, clusters)).ToList();

        // Counted before the cells are read, which may become more meanwhile, but never fewer.
        var counted = isRead is null ? (await cells.CountAsync(run, cancellationToken)).Sum(counts => counts.Finished) : 0;
        var outcomes = Enum.GetValues<CellOutcome>().ToDictionary(outcome => outcome, _ => 0L);
        var evaluated = new HashSet<int>();
        var failures = new CellFailures.Counter(run);
        var durations = run.Variants.Select(_ => new List<int>()).ToList();
        await foreach (var cell in cells.AllAsync(run, cancellationToken))
        {
            if (isRead?.Invoke(cell.Address) == false)
            {
                continue;
            }

            if (cell.Address.Item >= items.Count)
            {
                throw Damaged(run, $"it has cells of item {cell.Address.Item}, and {items.Count} items");
            }

            see(cell);
            outcomes[cell.Outcome]++;
            failures.Add(cell);
            Latency.Add(durations[cell.Address.Variant], cell);
            evaluated.Add(cell.Address.Item);
            var wasRetried = cell.Calls > Math.Min(1 + items[cell.Address.Item].FollowUps.Count, run.Calls.Config.MaxTurns);
            if (passed is not null)
            {
                passing.Add(passed, cell, wasRetried);
            }

            judges.ForEach(judge => judge?.Add(cell));
            for (var index = 0; index < perScorer.Count; index++)
            {
                var isZero = cell.Outcome == CellOutcome.Invalid && scorers.ElementAtOrDefault(index)?.InvalidAnswers == InvalidAnswers.Zero;
                Add(perScorer[index], cell, cell.Scores.ElementAtOrDefault(index), isZero, wasRetried);
            }
        }

        // Damage to a page of the store can hide rows whose own checksums are right: without them the means would be others.
        return outcomes.Values.Sum() is var read && read >= counted
            ? new RunScores(run, items, scorers, perScorer, outcomes, evaluated, failures.ToList(), passed, Latencies: VariantLatency.Of(run, durations)) { Judges = judges }
            : throw Damaged(run, $"{counted} cells were counted, and {read} can be read");

        MultiSampleAnalysis Analysis(ScoreScale scale) => new(run.Items, run.Variants.Count, run.Sampling.MeanSamples, scale, clusters, unchecked((int)run.Sampling.DispatchSeed));
    }

    private static StorageException Damaged(RunRecord run, FormattableString what) =>
        new($"The store is damaged at run '{run.RunId}': {FormattableString.Invariant(what)}. Restore it from a copy.") { IsDamaged = true };

    /// <summary>What means count of a cell by the scorer at that place; null where it has no score.</summary>
    internal static double? ValueOf(CellRecord cell, IScorer scorer, int index) => cell.Outcome == CellOutcome.Failed ? null
        : cell.Scores.ElementAtOrDefault(index) is not { } score ? null
        : score.Value ?? (cell.Outcome == CellOutcome.Invalid && scorer.InvalidAnswers == InvalidAnswers.Zero ? 0 : null);

    private static void Add(MultiSampleAnalysis analysis, CellRecord cell, NamedScore? score, bool isZero, bool wasRetried)
    {
        var (item, variant, _) = cell.Address;
        if (cell.Outcome == CellOutcome.Failed)
        {
            analysis.AddFailed(item, variant);
        }
        else if (score is { Value: { } value })
        {
            analysis.AddScore(item, variant, value, wasRetried);
        }
        else if (score is not null && isZero)
        {
            // By the rule of its scorer: an answer in the wrong form is a failure of the model.
            analysis.AddScore(item, variant, 0, wasRetried);
        }
        else if (score is not null)
        {
            analysis.AddInvalid(item, variant);
        }
    }
}
