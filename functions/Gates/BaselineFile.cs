using System.Text.Json;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Statistics;

namespace FunctionsEval.Gates;

/// <summary>
/// The results of a run in a file, so that a build server needs no store of the baseline: what <c>run --json</c>, <c>analyze --json</c> or an export
/// printed, or the analysis alone.
/// </summary>
internal static class BaselineFile
{
    /// <param name="allowMissing">The share of cells that may be without a score.</param>
    public static async Task<GateSide> ReadAsync(string file, double allowMissing, List<string> problems, List<string> notes, CancellationToken cancellationToken)
    {
        var analysis = Parse(file, await TextOfAsync(file, cancellationToken), problems);
        var cells = analysis.PerModel.Sum(model => model.SampleCount + model.Invalid + model.Failed);
        var missing = analysis.PerModel.Sum(model => model.Invalid + model.Failed);
        if (missing > allowMissing * cells)
        {
            problems.Add(FormattableString.Invariant($"The baseline '{file}' has {missing:N0} of {cells:N0} cells without a score; allowed are {allowMissing:P1}."));
        }

        notes.Add("Scenarios are matched by their ids: a file of results does not hold their words.");
        List<string> variants = [.. analysis.PerModel.Select(model => model.Variant)];
        List<string> scenarios = [.. analysis.PerScenario.Select(row => row.ScenarioId).Distinct(StringComparer.Ordinal)];
        var scores = analysis.OtherScorers.Where(scorer => scorer.PerScenario is not null).ToDictionary(scorer => scorer.Scorer, scorer => Scores(scorer.PerScenario!), StringComparer.Ordinal);
        scores[analysis.Scorer!] = Scores(analysis.PerScenario);
        return new GateSide(
            analysis.RunId, file, variants, [.. scenarios.Select(id => new GateScenario(id, null))], (int)Math.Max(1, analysis.PerScenario.Max(row => row.SampleCount)), scores);

        IReadOnlyList<RunningMoments[]> Scores(IReadOnlyList<ScenarioStatistics> rows)
        {
            var places = scenarios.Index().ToDictionary(scenario => scenario.Item, scenario => scenario.Index, StringComparer.Ordinal);
            RunningMoments[][] byVariant = [.. variants.Select(_ => new RunningMoments[scenarios.Count])];
            foreach (var row in rows)
            {
                if (row.Mean is { } mean && variants.IndexOf(row.Variant) is >= 0 and var variant && places.TryGetValue(row.ScenarioId, out var place))
                {
                    byVariant[variant][place] = Moments(file, row, mean);
                }
            }

            return byVariant;
        }
    }

    private static async Task<string> TextOfAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new GateException($"the baseline '{file}' cannot be read: {exception.Message}");
        }
    }

    private static RunAnalysis Parse(string file, string text, List<string> problems)
    {
        const string Wanted = "give the output of 'functionseval run --json', 'analyze --json' or an export as JSON";
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var block = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("analysis", out var inner) ? inner : root;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.String && !status.ValueEquals("completed"))
            {
                problems.Add($"The baseline '{file}' is {status.GetString()}, not completed.");
            }

            return block.ValueKind == JsonValueKind.Object && block.Deserialize(AnalysisJson.Context.RunAnalysis) is
            { Scorer: not null, RunId: not null, PerModel.Count: > 0, PerScenario.Count: > 0, OtherScorers: not null } analysis
                ? analysis
                : throw new GateException($"the baseline '{file}' holds no analysis with scores by scenario: {Wanted}.");
        }
        catch (JsonException exception)
        {
            throw new GateException($"the baseline '{file}' is no file of results ({exception.Message.TrimEnd('.')}): {Wanted}.");
        }
    }

    private static RunningMoments Moments(string file, ScenarioStatistics row, double mean)
    {
        try
        {
            return RunningMoments.Of((int)row.SampleCount, mean, row.Variance ?? 0, row.Min ?? mean, row.Max ?? mean);
        }
        catch (ArgumentException)
        {
            throw new GateException(FormattableString.Invariant(
                $"the baseline '{file}' contradicts itself: scenario '{row.ScenarioId}' of '{row.Variant}' has {row.SampleCount} samples, mean {mean} and variance {row.Variance}."));
        }
    }
}
