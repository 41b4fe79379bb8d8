using System.Globalization;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Gates;

/// <summary>What was asked cannot be answered at all; the message says what to ask instead.</summary>
internal sealed class GateException(string message) : Exception(message);

/// <summary>Compares a run with a baseline run on the scenarios that both have.</summary>
public sealed class GateRun(RunStore runs, CellLedger cells)
{
    public async Task<GateReport> RunAsync(RunRecord run, RunRecord baseline, GateOptions options, CancellationToken cancellationToken)
    {
        var (problems, notes) = (new List<string>(), new List<string>());
        var metrics = Metrics(run, baseline, options.Metrics, problems);
        var margins = metrics.ToDictionary(metric => metric, metric => MarginOf(metric, run, options));
        var pairs = Variants(run, baseline, options);
        if (run.RunId == baseline.RunId && pairs.TrueForAll(pair => pair.Variant == pair.Baseline))
        {
            throw new GateException($"run '{run.RunId}' would be compared with itself: give another run as baseline, or two of its variants by --variant and --baseline-variant.");
        }

        var scores = await RunScores.ReadAsync(runs, cells, run, cancellationToken);
        var baselineScores = await RunScores.ReadAsync(runs, cells, baseline, cancellationToken);
        CheckComplete(scores, options.AllowMissing, problems);
        CheckComplete(baselineScores, options.AllowMissing, problems);
        var items = SharedScenarios.Of(scores.Items, baselineScores.Items, problems, notes);
        var checks = new GateChecks(scores, baselineScores, items, margins, options.Confidence);
        var results = checks.Of(metrics, pairs);
        return new GateReport(
            run.RunId, baseline.RunId, OutcomeOf(results, problems), Common(margins.Values), options.Confidence, results, problems, notes);
    }

    private static double MarginOf(string metric, RunRecord run, GateOptions options) => options.Margin ?? run.Compare?.MarginOf(metric) ?? throw new GateException(
        $"a gate needs a margin, the largest loss that is acceptable, and '{metric}' has none: give --margin, or compare.margin or compare.margins in the definition.");

    private static double? Common(IEnumerable<double> margins) => margins.Distinct().ToList() is [var only] ? only : null;

    // A loss that is shown is one whatever else is missing.
    private static GateOutcome OutcomeOf(IReadOnlyList<GateCheck> checks, List<string> problems) =>
        checks.Any(check => check.Outcome == GateOutcome.Regress) ? GateOutcome.Regress
        : problems.Count > 0 || checks.Count == 0 ? GateOutcome.Incomplete
        : checks.Any(check => check.Outcome == GateOutcome.Inconclusive) ? GateOutcome.Inconclusive
        : GateOutcome.Pass;

    private static void CheckComplete(RunScores scores, double allowMissing, List<string> problems)
    {
        var run = scores.Run;
        if (run.Status != RunStatus.Completed)
        {
            problems.Add($"Run '{run.RunId}' is {Json.Name(run.Status)}, not completed.");
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

    private static List<string> Metrics(RunRecord run, RunRecord baseline, IReadOnlyList<string>? asked, List<string> problems)
    {
        var (own, others) = (run.Scorers.Select(scorer => scorer.Name!).ToList(), baseline.Scorers.Select(scorer => scorer.Name!).ToList());
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

    private static List<(int Variant, int Baseline)> Variants(RunRecord run, RunRecord baseline, GateOptions options)
    {
        if (options.Variant is not null || options.BaselineVariant is not null)
        {
            return [(IndexOf(run, options.Variant ?? options.BaselineVariant!), IndexOf(baseline, options.BaselineVariant ?? options.Variant!))];
        }

        if (run.Variants.Count == 1 && baseline.Variants.Count == 1)
        {
            return [(0, 0)];
        }

        var names = baseline.Variants.Select(variant => variant.Name).ToList();
        List<(int, int)> shared =
        [
            .. run.Variants.Select((variant, index) => (index, names.IndexOf(variant.Name))).Where(pair => pair.Item2 >= 0),
        ];
        return shared.Count > 0 ? shared : throw new GateException(
            $"the runs share no variant ({string.Join(", ", run.Variants.Select(variant => variant.Name))}; {string.Join(", ", names)}): give --variant and --baseline-variant.");
    }

    private static int IndexOf(RunRecord run, string name)
    {
        var index = run.Variants.Select(variant => variant.Name).ToList().IndexOf(name);
        return index >= 0 ? index : throw new GateException(
            $"run '{run.RunId}' has no variant '{name}', but {string.Join(", ", run.Variants.Select(variant => variant.Name))}.");
    }
}
