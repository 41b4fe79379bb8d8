using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using FunctionsEval.Comparisons;
using FunctionsEval.Exports;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using ModelContextProtocol.Server;

namespace FunctionsEval.Mcp;

/// <summary>Runs, their results and what the models answered.</summary>
internal sealed class ReadTools(
    ToolRuns runs, RunList list, RunStore store, CellLedger cells, AnalysisStore analyses, CompareRuns compare, ReadAnswers answers, DifferingScenarios differing, TimeProvider clock)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    public IEnumerable<McpServerTool> All =>
    [
        new Tool<RunArguments, RunResult>(
            "get_run",
            "Get a run",
            "Tells where a run stands, and at its end what was found: one sentence a comparison, then means with confidence intervals. With wait_seconds it waits for the end.",
            isReadOnly: true,
            GetAsync),
        new Tool<ListArguments, ListResult>("list_runs", "List runs", "Lists runs, newest first, with their progress and cost.", isReadOnly: true, ListAsync),
        new Tool<CompareArguments, CompareResult>(
            "compare",
            "Compare runs",
            "Compares two to eight runs on the scenarios that they share: which is better, by how much, how sure that is, and which scenarios changed most. "
            + "The variants within one run are compared by get_run.",
            isReadOnly: true,
            CompareAsync),
        new Tool<AnswersArguments, AnswersResult>(
            "read_answers",
            "Read answers",
            "Shows what the models answered, cell by cell, with scores, errors, tokens, cost and time. With differ only the scenarios that the variants of the run are scored differently on, "
            + "the largest difference first.",
            isReadOnly: true,
            AnswersAsync),
    ];

    private async Task<RunResult> GetAsync(RunArguments arguments, CancellationToken cancellationToken)
    {
        var run = await runs.FindAsync(arguments.Run, cancellationToken);
        var started = clock.GetTimestamp();
        while (run.Status.IsActive() && clock.GetElapsedTime(started).TotalSeconds < arguments.WaitSeconds)
        {
            await Task.Delay(PollInterval, clock, cancellationToken);
            run = await store.GetAsync(run.RunId, cancellationToken);
        }

        var view = RunView.Of(run, await cells.CountAsync(run, cancellationToken));
        var analysis = await analyses.FindAsync(run.RunId, cancellationToken);
        return new RunResult(
            [StandOf(view), .. analysis is null && run.Status.IsFinished() ? [MissingAnalysis.ReasonOf(run)] : SentencesOf(analysis)],
            view,
            analysis is null ? [] : [.. MeansOf(analysis.Scorer ?? "answers", analysis.PerModel), .. analysis.OtherScorers.SelectMany(other => MeansOf(other.Scorer, other.PerModel))],
            analysis?.Comparisons ?? []);
    }

    private async Task<ListResult> ListAsync(ListArguments arguments, CancellationToken cancellationToken)
    {
        var (filter, error) = RunFilter.Of(arguments.Status, arguments.Tag, arguments.Name, arguments.Kind);
        if (error is not null)
        {
            throw new ToolException([error]);
        }

        var page = await list.PageAsync(filter, arguments.Limit, arguments.ContinuationToken, cancellationToken);
        var more = page.ContinuationToken is null ? "" : " More follow: pass continuation_token.";
        return new ListResult(
            [$"{page.Runs.Count} runs, newest first.{more}", .. page.Runs.Select(run => $"{run.RunId} {run.Name}: {StandOf(run)}")], page.Runs, page.ContinuationToken);
    }

    private async Task<CompareResult> CompareAsync(CompareArguments arguments, CancellationToken cancellationToken)
    {
        var asked = new List<RunRecord>();
        foreach (var reference in arguments.Runs.Take(CompareRuns.MostRuns + 1))
        {
            asked.Add(await runs.FindAsync(reference, cancellationToken));
        }

        try
        {
            var comparison = await compare.CompareAsync(asked, cancellationToken);
            return new CompareResult(
                [.. comparison.Differences.Select(difference => difference.Summary), .. comparison.Notes],
                comparison.Runs,
                [.. comparison.Differences.Select(difference => difference with { Scenarios = [.. difference.Scenarios.Take(arguments.Scenarios)] })]);
        }
        catch (ComparisonException exception)
        {
            throw new ToolException("runs", $"runs cannot be compared: {exception.Message}");
        }
    }

    private async Task<AnswersResult> AnswersAsync(AnswersArguments arguments, CancellationToken cancellationToken)
    {
        var run = await runs.FindAsync(arguments.Run, cancellationToken);
        var filter = await FilterAsync(run, arguments, cancellationToken);
        IReadOnlyList<int?> items = arguments.Differ
            ? [.. (await differing.OfAsync(run, cancellationToken)).Select(scenario => (int?)scenario.ItemIndex).Where(item => filter.Cells!.Item is null || filter.Cells.Item == item)]
            : [filter.Cells!.Item];
        var found = await items.ToAsyncEnumerable()
            .SelectMany(item => answers.AllAsync(run, filter with { Cells = filter.Cells! with { Item = item } }, cancellationToken))
            .Skip(arguments.Skip)
            .Take(arguments.Limit + 1)
            .ToListAsync(cancellationToken);
        var shown = found.Take(arguments.Limit).Select(answer => AnswerView.Of(answer, arguments.MaxCharacters)).ToList();
        var more = found.Count > arguments.Limit ? $" More follow: pass skip {arguments.Skip + arguments.Limit}, or narrow by scenario, variant or outcome." : "";
        return new AnswersResult([$"{shown.Count} answers of run {run.RunId}.{more}"], shown);
    }

    private async Task<AnswerFilter> FilterAsync(RunRecord run, AnswersArguments arguments, CancellationToken cancellationToken)
    {
        var item = arguments.Scenario is null ? null : await ItemAsync(run, arguments.Scenario, cancellationToken);
        var (filter, error) = CellFilter.Of(run, arguments.Variant, model: null, arguments.Sample, item);
        if (error is not null)
        {
            throw new ToolException([error]);
        }

        var outcomes = Enum.GetValues<CellOutcome>().ToDictionary(JsonRules.Name, StringComparer.Ordinal);
        return arguments.Outcome is null ? new AnswerFilter(filter)
            : outcomes.TryGetValue(arguments.Outcome, out var outcome) ? new AnswerFilter(filter, outcome)
            : throw new ToolException("outcome", $"outcome must be one of {string.Join(", ", outcomes.Keys)}, but is '{Http.Excerpt.Of(arguments.Outcome)}'.");
    }

    private async Task<int?> ItemAsync(RunRecord run, string scenario, CancellationToken cancellationToken)
    {
        var index = 0;
        await foreach (var item in store.ItemsAsync(run.RunId, cancellationToken))
        {
            if (item.Id == scenario)
            {
                return index;
            }

            index++;
        }

        throw new ToolException("scenario", $"scenario '{Http.Excerpt.Of(scenario)}' is not in run '{run.RunId}'; read_answers without it shows the ids of its scenarios.");
    }

    private static string StandOf(RunView run)
    {
        var progress = run.Progress is { } known
            ? string.Create(CultureInfo.InvariantCulture, $", {known.Completed + known.Failed:N0} of {known.Total:N0} cells done{(known.Failed > 0 ? $", {known.Failed:N0} of them failed" : "")}")
            : "";
        var cost = run.Cost?.Usd is { } usd ? string.Create(CultureInfo.InvariantCulture, $", {usd:0.####} USD") : "";
        return $"{JsonRules.Name(run.Status)}{progress}{cost}.{(run.Reason is { } reason ? $" {reason}" : "")}";
    }

    private static IEnumerable<string> SentencesOf(RunAnalysis? analysis)
    {
        var comparisons = analysis?.Comparisons ?? [];
        var hasMetrics = comparisons.DistinctBy(comparison => comparison.Metric).Count() > 1;
        return comparisons.SelectMany(comparison => new[] { comparison.Summary, comparison.SummaryOnTheseScenarios, comparison.Assumption }
            .OfType<string>().Select(sentence => hasMetrics ? $"{comparison.Metric}: {sentence}" : sentence));
    }

    private static IEnumerable<MeanView> MeansOf(string metric, IReadOnlyList<ModelStatistics> models) => models.Select(model => new MeanView(
        metric, model.Variant, model.Model, model.Mean, model.ConfidenceInterval?.Lower, model.ConfidenceInterval?.Upper, model.ScenarioCount, model.SampleCount, model.Consistency));
}

internal sealed record RunArguments(
    [Description(ToolRuns.Description)]
    string Run,
    [Description("Wait so long for the end of the run, 0 to 50 seconds.")]
    [Range(0, 50)]
    int WaitSeconds = 0);

/// <param name="Means">Of every scorer and variant.</param>
internal sealed record RunResult(IReadOnlyList<string> Sentences, RunView Run, IReadOnlyList<MeanView> Means, IReadOnlyList<VariantComparison> Comparisons) : IToolResult;

/// <param name="Lower">Of the 95% interval of the mean over scenarios, like <paramref name="Upper"/>.</param>
internal sealed record MeanView(string Metric, string Variant, string Model, double? Mean, double? Lower, double? Upper, int Scenarios, long Samples, double? Consistency);

internal sealed record ListArguments(
    [Description("Only runs of this status: pending, running, paused, completed, failed or cancelled.")]
    string? Status = null,
    [Description("Only runs with this tag.")]
    string? Tag = null,
    [Description("Only runs whose name holds this text.")]
    string? Name = null,
    [Description("Only multi_sample, abtest or digest runs.")]
    string? Kind = null,
    [Description("At most so many runs.")]
    [Range(1, 100)]
    int Limit = 20,
    [Description("From the last answer, to go on after it.")]
    string? ContinuationToken = null);

internal sealed record ListResult(IReadOnlyList<string> Sentences, IReadOnlyList<RunView> Runs, string? ContinuationToken) : IToolResult;

internal sealed record CompareArguments(
    [Description("Two to eight runs, the baseline first. Each: its id, the first characters of it, or latest.")]
    IReadOnlyList<string> Runs,
    [Description("How many of the scenarios that changed most are shown for each difference.")]
    [Range(0, 100)]
    int Scenarios = 10);

internal sealed record CompareResult(IReadOnlyList<string> Sentences, IReadOnlyList<ComparedRun> Runs, IReadOnlyList<RunDifference> Differences) : IToolResult;

internal sealed record AnswersArguments(
    [Description(ToolRuns.Description)]
    string Run,
    [Description("Only this scenario, by its id.")]
    string? Scenario = null,
    [Description("Only this variant, by its name.")]
    string? Variant = null,
    [Description("Only this sample, from 0.")]
    [Range(0, 99)]
    int? Sample = null,
    [Description("Only scored, invalid, failed, refused or truncated cells.")]
    string? Outcome = null,
    [Description("Only scenarios that the variants of the run are scored differently on, the largest difference first.")]
    bool Differ = false,
    [Description("At most so many answers.")]
    [Range(1, 100)]
    int Limit = 10,
    [Description("Leave out so many answers before the first.")]
    [Range(0, 10_000)]
    int Skip = 0,
    [Description("Longer prompts and answers are cut to so many characters.")]
    [Range(100, 100_000)]
    int MaxCharacters = 2_000);

internal sealed record AnswersResult(IReadOnlyList<string> Sentences, IReadOnlyList<AnswerView> Answers) : IToolResult;

/// <param name="Prompt">What was asked first; null where no model was reached.</param>
internal sealed record AnswerView(string? Prompt, ExportedCell Cell)
{
    public static AnswerView Of(Answer answer, int length)
    {
        var cell = ExportedCell.Of(answer);
        return new AnswerView(Cut(answer.Transcript is { Turns: [var first, ..] } ? first.ProbePrompt : null, length), cell with { Answer = Cut(cell.Answer, length) });
    }

    private static string? Cut(string? text, int length) => text is null || text.Length <= length
        ? text
        : $"{text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)]} [... {text.Length - length} more characters]";
}
