using FunctionsEval.Http;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs;

/// <summary>Which cells of a finished run are called again.</summary>
/// <param name="Codes">Codes of errors such as RATE_LIMIT, or the outcomes failed, truncated and refused, or judge_failed; null is failed, judges included.</param>
/// <param name="Variants">Names; null is all of them.</param>
public sealed record RetryRequest(IReadOnlyList<string>? Codes = null, IReadOnlyList<string>? Variants = null);

public abstract record RetryOutcome
{
    private RetryOutcome()
    {
    }

    public sealed record Retrying(RunRecord Run) : RetryOutcome;

    /// <summary>No cell is as the request says.</summary>
    public sealed record Nothing(RunRecord Run) : RetryOutcome;

    public sealed record UnknownRun(string RunId) : RetryOutcome;

    public sealed record Rejected(IReadOnlyList<FieldError> Errors) : RetryOutcome;

    public sealed record WrongState(string Message) : RetryOutcome;
}

/// <summary>
/// Calls cells of a finished run again that brought no answer. Their rows are set aside, not deleted, and what their calls cost stays counted;
/// that happens when the run is prepared again, so that a crash before or during it loses nothing.
/// </summary>
public sealed class RetryRun(RunStore runs, CellLedger cells, AnalysisStore analyses, RunRules rules, EnqueuePipelineJob enqueue)
{
    private static readonly string[] Outcomes = ["failed", "truncated", "refused", RunRetry.JudgeFailed];

    /// <param name="baseUrl">A right of the command line; null keeps the run's own.</param>
    public async Task<RetryOutcome> RetryAsync(string runId, RetryRequest request, string? baseUrl, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return new RetryOutcome.UnknownRun(runId);
        }

        if (WrongState(run) is { } message)
        {
            return new RetryOutcome.WrongState(message);
        }

        var url = baseUrl ?? run.Calls.BaseUrl;
        var variants = request.Variants ?? [.. run.Variants.Select(variant => variant.Name)];
        if (variants.FirstOrDefault(name => run.Variants.All(variant => variant.Name != name)) is { } unknown)
        {
            return new RetryOutcome.Rejected([new FieldError(
                "variants", $"variants must be variants of the run ({string.Join(", ", run.Variants.Select(variant => variant.Name))}), but has '{Excerpt.Of(unknown)}'.")]);
        }

        var asked = new RunRetry(request.Codes ?? [Outcomes[0]], variants, run.Course.Extension + 1, 0, await BeforeAsync(run, cancellationToken));
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        var count = 0L;
        await foreach (var cell in cells.AllAsync(run, cancellationToken))
        {
            seen.UnionWith(cell.Error is { } error ? [error.Code] : []);
            seen.UnionWith(cell.Scores.SelectMany(score => score.Judge?.Judgements ?? []).Select(judgement => judgement.Failed).OfType<string>());
            count += asked.Takes(run, cell) || asked.TakesJudges(run, cell) ? 1 : 0;
        }

        if (asked.Codes.Any(code => code.Equals(Outcomes[0], StringComparison.OrdinalIgnoreCase) || code.Equals(RunRetry.JudgeFailed, StringComparison.OrdinalIgnoreCase)))
        {
            foreach (var set in new PairPlan(run).Sets.DistinctBy(set => set.Id))
            {
                count += (await cells.CountAsync(set.AsRun(run), cancellationToken)).Sum(judgements => judgements.Failed);
            }
        }

        if (asked.Codes.FirstOrDefault(code => !seen.Contains(code) && !Outcomes.Contains(code.ToLowerInvariant())) is { } stranger)
        {
            return new RetryOutcome.Rejected([new FieldError(
                "codes", $"codes must be {string.Join(", ", Outcomes)}, or codes of the run's errors ({(seen.Count == 0 ? "it has none" : string.Join(", ", seen))}), but has '{Excerpt.Of(stranger)}'.")]);
        }

        if (count == 0)
        {
            return new RetryOutcome.Nothing(run);
        }

        if (rules.ModelErrors([.. run.Variants.Where(variant => variants.Contains(variant.Name))], url).Concat(rules.JudgeErrors(run.AllScorers(), url)).ToList() is { Count: > 0 } errors)
        {
            return new RetryOutcome.Rejected(errors);
        }

        var wanted = run with
        {
            Calls = run.Calls with { BaseUrl = url },
            Status = RunStatus.Pending,
            Course = new RunCourse(run.Course.StartedAt, Extension: asked.Number, Executor: run.Course.Executor, Retry: asked with { Cells = count }),
        };
        if (await runs.ChangeAsync(runId, current => current.Course.Extension == run.Course.Extension && current.Status == run.Status ? wanted : null, cancellationToken) is null)
        {
            return new RetryOutcome.WrongState($"Run '{runId}' was changed at the same time; look at it again.");
        }

        try
        {
            await enqueue(new PipelineJob(PipelineJob.Extend, runId), cancellationToken);
        }
        catch
        {
            // A run that nothing will continue must not look as if it were running.
            await runs.ChangeAsync(runId, current => current.Course.Extension == asked.Number && current.Status == RunStatus.Pending ? run : null, CancellationToken.None);
            throw;
        }

        return new RetryOutcome.Retrying(wanted);
    }

    private static string? WrongState(RunRecord run) => run switch
    {
        { IsTriage: true } => $"Run '{run.RunId}' triages the content of a window as it was; its cells cannot be called again. Start a new one.",
        { Status: RunStatus.Cancelled } => $"Run '{run.RunId}' was cancelled; only a run that came to its end can be retried.",
        { Status: var status } when !status.IsFinished() => $"Run '{run.RunId}' is {JsonRules.Name(status)}; only a run that has ended can be retried. resume goes on with it.",
        { Course.StopReason: RunCourse.StoppedByBudget } => $"Run '{run.RunId}' has spent its budget; raise that first (extend --budget, budgetUsd).",
        _ => null,
    };

    private async Task<IReadOnlyList<VariantBeforeRetry>> BeforeAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var analysis = await analyses.FindAsync(run.RunId, cancellationToken);
        var counts = await cells.CountAsync(run, cancellationToken);
        return [.. run.Variants.Select((variant, index) => new VariantBeforeRetry(
            variant.Name, analysis?.PerModel.FirstOrDefault(model => model.Variant == variant.Name)?.Mean, counts[index].Failed, counts[index].Refused, counts[index].Truncated))];
    }
}
