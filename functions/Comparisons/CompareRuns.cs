using System.Globalization;
using FunctionsEval.Gates;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Comparisons;

/// <summary>What was asked cannot be compared; the message says what can.</summary>
public sealed class ComparisonException(string message) : Exception(message);

/// <summary>Compares runs as variants are compared within one: on the scenarios that both have, one test a difference, adjusted over those of a metric.</summary>
public sealed class CompareRuns(RunStore runs, CellLedger cells)
{
    public const int MostRuns = 8;

    private const int ShortestId = 7;

    /// <param name="asked">The baseline first.</param>
    /// <exception cref="ComparisonException">Fewer than two runs, more than eight, one twice, or runs that share nothing.</exception>
    public async Task<RunsComparison> CompareAsync(IReadOnlyList<RunRecord> asked, CancellationToken cancellationToken)
    {
        Check(asked);
        var scores = new List<RunScores>();
        foreach (var run in asked)
        {
            scores.Add(await RunScores.ReadAsync(runs, cells, run, cancellationToken));
        }

        var shortIds = ShortIds(asked);
        var notes = new List<string>();
        var pairs = new List<ComparedPair>();
        foreach (var (index, other) in scores.Index().Skip(1))
        {
            var about = new List<string>();
            var shared = SharedScenarios.Of([.. other.Items.Select(GateScenario.Of)], [.. scores[0].Items.Select(GateScenario.Of)], about, about);
            notes.AddRange(about.Select(note => $"{shortIds[index]} against {shortIds[0]}: {note}"));
            if (other.Run.Compare is { } own && scores[0].Run.Compare is { } baselines && own.Better != baselines.Better)
            {
                notes.Add($"{shortIds[index]} calls {own.Better} scores better, and {shortIds[0]} {baselines.Better} ones: the rule of {shortIds[index]} is used.");
            }

            pairs.AddRange(
                from metric in SharedMetrics(other.Run, scores[0].Run)
                from variant in SharedVariants(other.Run, scores[0].Run)
                select new ComparedPair(other, scores[0], shared, metric, variant.Variant, variant.Baseline, shortIds[index], shortIds[0]));
        }

        return new RunsComparison(
            [.. scores.Zip(shortIds, (read, shortId) => Compared(read, shortId))],
            [.. pairs.GroupBy(pair => pair.Metric, StringComparer.Ordinal).SelectMany(ofMetric => RunDifferences.Of([.. ofMetric]))],
            [.. notes.Distinct(StringComparer.Ordinal)]);
    }

    private static void Check(IReadOnlyList<RunRecord> asked)
    {
        if (asked.Count is < 2 or > MostRuns)
        {
            throw new ComparisonException(string.Create(CultureInfo.InvariantCulture, $"two to {MostRuns} runs are compared, but {asked.Count} are given."));
        }

        if (asked.GroupBy(run => run.RunId, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ComparisonException($"run '{twice.Key}' is given twice: a run is not compared with itself.");
        }
    }

    private static List<string> SharedMetrics(RunRecord run, RunRecord baseline)
    {
        var (own, others) = (Names(run), Names(baseline));
        List<string> shared = [.. own.Where(others.Contains)];
        return shared.Count > 0 ? shared : throw new ComparisonException(
            $"runs '{run.RunId}' and '{baseline.RunId}' share no scorer: {List(own)}; {List(others)}.");

        static List<string> Names(RunRecord run) => [.. run.Scorers.Select(scorer => scorer.Name!)];
    }

    /// <summary>Variants of the same name, or the only ones.</summary>
    private static List<(int Variant, int Baseline)> SharedVariants(RunRecord run, RunRecord baseline)
    {
        if (run.Variants.Count == 1 && baseline.Variants.Count == 1)
        {
            return [(0, 0)];
        }

        var names = baseline.Variants.Select(variant => variant.Name).ToList();
        List<(int, int)> shared = [.. run.Variants.Select((variant, index) => (index, names.IndexOf(variant.Name))).Where(pair => pair.Item2 >= 0)];
        return shared.Count > 0 ? shared : throw new ComparisonException(
            $"runs '{run.RunId}' and '{baseline.RunId}' share no variant: {List(run.Variants.Select(variant => variant.Name))}; {List(names)}.");
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names.DefaultIfEmpty("none"));

    private static ComparedRun Compared(RunScores scores, string shortId)
    {
        var run = scores.Run;
        return new ComparedRun(
            run.RunId, shortId, run.Name, run.Status, run.CreatedAt, run.Tags ?? [], run.Items, run.Sampling.SamplesPerScenario,
            [
                .. from scorer in scores.Scorers.Index()
                   from variant in scores.PerScorer[scorer.Index].Finish().Variants
                   select new RunMean(
                       scorer.Item.Name, run.Variants[variant.Variant].Name, run.Variants[variant.Variant].Model, variant.Mean?.Mean, variant.SampleCount),
            ]);
    }

    // Ids begin with the time, so that runs of one day have much in common.
    private static List<string> ShortIds(IReadOnlyList<RunRecord> asked)
    {
        var length = Math.Min(ShortestId, asked.Min(run => run.RunId.Length));
        while (asked.Select(run => run.RunId[..Math.Min(length, run.RunId.Length)]).Distinct(StringComparer.Ordinal).Count() < asked.Count)
        {
            length++;
        }

        return [.. asked.Select(run => run.RunId[..Math.Min(length, run.RunId.Length)])];
    }
}
