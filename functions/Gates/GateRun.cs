using System.Globalization;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Gates;

/// <summary>What was asked cannot be answered at all; the message says what to ask instead.</summary>
internal sealed class GateException(string message) : Exception(message);

/// <summary>Compares a run with a baseline on the scenarios that both have, and holds it against limits.</summary>
public sealed class GateRun(RunStore runs, CellLedger cells, AnalysisStore analyses)
{
    /// <param name="baseline">Null where the run is held against limits alone.</param>
    public async Task<GateReport> RunAsync(RunRecord run, GateBaseline? baseline, GateOptions options, CancellationToken cancellationToken)
    {
        var (problems, notes, limits) = (new List<string>(), new List<string>(), new GateLimits(options.Confidence));
        var other = await ReadAsync(baseline, options, problems, notes, cancellationToken);
        var pairs = Variants(run, other?.Variants, options);
        var isOneRun = other?.RunId == run.RunId;
        if (isOneRun && pairs.TrueForAll(pair => pair.Variant == pair.Baseline))
        {
            throw new GateException($"run '{run.RunId}' would be compared with itself: give another run as baseline, or two of its variants by --variant and --baseline-variant.");
        }

        var scores = await RunScores.ReadAsync(runs, cells, run, limits.See, cancellationToken);
        CheckComplete(scores, options.AllowMissing, problems);
        var preferred = other is null ? [] : GatePreference.MetricsOf(run, isOneRun, options);
        var preferences = preferred.Count == 0 ? [] : GatePreference.Of(run, await analyses.FindHeadAsync(run.RunId, cancellationToken), preferred, pairs, options, problems);
        var (checks, margin) = other is null ? ([], null) : Checks(scores, other, pairs, preferences, options, problems, notes);
        List<GateLimitCheck> kept = [.. limits.Of(scores, options.Limits ?? [], [.. pairs.Select(pair => pair.Variant)])];
        return new GateReport(
            run.RunId, other?.Name, OutcomeOf([.. checks.Select(check => check.Outcome), .. kept.Select(check => check.Outcome)], problems), margin, options.Confidence, checks, problems, notes, kept);
    }

    private async Task<GateSide?> ReadAsync(GateBaseline? baseline, GateOptions options, List<string> problems, List<string> notes, CancellationToken cancellationToken)
    {
        switch (baseline)
        {
            case null:
                return null;
            case GateBaseline.OfFile(var file):
                return await BaselineFile.ReadAsync(file, options.AllowMissing, problems, notes, cancellationToken);
            case GateBaseline.OfRun(var run):
                var scores = await RunScores.ReadAsync(runs, cells, run, cancellationToken);
                CheckComplete(scores, options.AllowMissing, problems);
                return GateSide.Of(scores);
            default:
                throw new System.Diagnostics.UnreachableException($"Unhandled {baseline.GetType().Name}");
        }
    }

    private static (IReadOnlyList<GateCheck> Checks, double? Margin) Checks(
        RunScores scores, GateSide other, IReadOnlyList<(int Variant, int Baseline)> pairs, IReadOnlyList<GatePreference> preferences, GateOptions options, List<string> problems,
        List<string> notes)
    {
        var metrics = Metrics(scores.Run, other, options.Metrics?.Except(scores.Run.PairScorers().Select(scorer => scorer.Name!)).ToList(), problems);
        var margins = metrics.ToDictionary(metric => metric, metric => MarginOf(metric, scores.Run, options));
        foreach (var preference in preferences)
        {
            margins[preference.Metric] = PreferenceMarginOf(preference.Metric, scores.Run, options);
        }

        var own = GateSide.Of(scores);
        var items = SharedScenarios.Of(own.Scenarios, other.Scenarios, problems, notes);
        return (new GateChecks(scores, own, other, items, margins, options.Confidence).Of(metrics, pairs, preferences), Common(margins.Values));
    }

    private static double MarginOf(string metric, RunRecord run, GateOptions options) => options.Margin ?? run.Compare?.MarginOf(metric) ?? throw new GateException(
        $"a gate needs a margin, the largest loss that is acceptable, and '{metric}' has none: give --margin, or compare.margin or compare.margins in the definition.");

    // compare.margin is in units of a score.
    private static double PreferenceMarginOf(string metric, RunRecord run, GateOptions options) =>
        options.Margin ?? (run.Compare?.Margins?.TryGetValue(metric, out var own) == true ? own : throw new GateException(
            $"a gate needs a margin, the largest loss that is acceptable, and '{metric}' has none: give --margin (0.1 is 10 points of a hundred pairs), or compare.margins in the definition."));

    private static double? Common(IEnumerable<double> margins) => margins.Distinct().ToList() is [var only] ? only : null;

    // A loss that is shown is one whatever else is missing.
    private static GateOutcome OutcomeOf(List<GateOutcome> checks, List<string> problems) =>
        checks.Contains(GateOutcome.Regress) ? GateOutcome.Regress
        : problems.Count > 0 || checks.Count == 0 || checks.Contains(GateOutcome.Incomplete) ? GateOutcome.Incomplete
        : checks.Contains(GateOutcome.Inconclusive) ? GateOutcome.Inconclusive
        : GateOutcome.Pass;

    private static void CheckComplete(RunScores scores, double allowMissing, List<string> problems)
    {
        var run = scores.Run;
        if (run.Status != RunStatus.Completed)
        {
            problems.Add($"Run '{run.RunId}' is {JsonRules.Name(run.Status)}, not completed.");
        }

        // A run that stopped by its own rule has no missing cells: it did not want them. One whose budget was spent does.
        var planned = run.Course.StopReason is null or RunCourse.StoppedByBudget ? run.TotalCells : scores.Outcomes.Values.Sum();
        var missing = planned - scores.Outcomes[CellOutcome.Scored];
        if (missing > allowMissing * planned)
        {
            problems.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Run '{run.RunId}' has {missing:N0} of {planned:N0} cells without a score ({(double)missing / planned:P1}); allowed are {allowMissing:P1}."));
        }
    }

    private static List<string> Metrics(RunRecord run, GateSide baseline, IReadOnlyList<string>? asked, List<string> problems)
    {
        var (own, others) = (run.Scorers.Select(scorer => scorer.Name!).ToList(), baseline.Scores.Keys.ToList());
        foreach (var metric in asked ?? run.Compare?.Metrics ?? own)
        {
            if (!own.Contains(metric) && !others.Contains(metric))
            {
                throw new GateException($"metric '{metric}' is in neither run, which have {string.Join(", ", own.Union(others, StringComparer.Ordinal))}.");
            }

            if (!own.Contains(metric) || !others.Contains(metric))
            {
                problems.Add($"Metric '{metric}' is not in both runs.");
            }
        }

        return [.. (asked ?? run.Compare?.Metrics ?? own).Where(metric => own.Contains(metric) && others.Contains(metric))];
    }

    private static List<(int Variant, int Baseline)> Variants(RunRecord run, IReadOnlyList<string>? baseline, GateOptions options)
    {
        List<string> own = [.. run.Variants.Select(variant => variant.Name)];
        if (baseline is null)
        {
            return options.Variant is null ? [.. own.Select((_, index) => (index, index))] : [(IndexOf(own, run.RunId, options.Variant), 0)];
        }

        if (options.Variant is not null || options.BaselineVariant is not null)
        {
            return [(IndexOf(own, run.RunId, options.Variant ?? options.BaselineVariant!), IndexOf(baseline, "the baseline", options.BaselineVariant ?? options.Variant!))];
        }

        if (own.Count == 1 && baseline.Count == 1)
        {
            return [(0, 0)];
        }

        List<(int, int)> shared = [.. own.Select((name, index) => (index, baseline.ToList().IndexOf(name))).Where(pair => pair.Item2 >= 0)];
        return shared.Count > 0 ? shared : throw new GateException(
            $"the runs share no variant ({string.Join(", ", own)}; {string.Join(", ", baseline)}): give --variant and --baseline-variant.");
    }

    private static int IndexOf(IReadOnlyList<string> variants, string run, string name) => variants.ToList().IndexOf(name) is >= 0 and var index
        ? index
        : throw new GateException($"{(run == "the baseline" ? run : $"run '{run}'")} has no variant '{name}', but {string.Join(", ", variants)}.");
}

/// <summary>What a run is compared with.</summary>
public abstract record GateBaseline
{
    private GateBaseline()
    {
    }

    /// <summary>Whether a run may be the baseline of a later one without being named: a completed one of the same definition's name.</summary>
    public static bool IsEarlier(RunRecord run, RunRecord later) =>
        run.RunId != later.RunId && run.CreatedAt <= later.CreatedAt && run.Name == later.Name && run.Kind == later.Kind && run.Status == RunStatus.Completed;

    public sealed record OfRun(RunRecord Run) : GateBaseline;

    public sealed record OfFile(string File) : GateBaseline;
}
