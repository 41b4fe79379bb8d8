using FunctionsEval.Content;
using FunctionsEval.Evaluation.Candidates;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Triage;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Digests;

/// <summary>
/// Writes the run that triages: a digest is a run of one variant and one sample. Its row is there as soon as it is asked for; its job
/// selects, samples and allocates within the credits, once, however often it arrives.
/// </summary>
public sealed class StartDigest(
    CandidateSelection selection, RunStore runs, Credits credits, EnqueuePipelineJob enqueue, TimeProvider clock)
{
    public async Task<RunRecord> QueueAsync(Topic topic, DigestRequest request, CancellationToken cancellationToken)
    {
        var run = NewRun(topic, request);
        await runs.AddAsync(run, cancellationToken);
        try
        {
            await enqueue(new PipelineJob(PipelineJob.RunWindow, run.RunId), cancellationToken);
        }
        catch
        {
            // The caller is told that there is no digest.
            await runs.RemoveAsync(run.RunId, CancellationToken.None);
            throw;
        }

        return run;
    }

    /// <summary>Fills the run of a digest that waits for it. Only the executor of the run does this.</summary>
    public async Task<RunRecord> PrepareAsync(string runId, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(runId, cancellationToken);
        if (run.Content?.Pending is not { } request)
        {
            return run;
        }

        var window = new TimeWindow(request.WindowStart, request.WindowEnd);
        var status = await credits.StatusAsync(cancellationToken);
        var (items, sample, plan) = status.PaidCallsAllowed
            ? await ChooseAsync(request, window, status, cancellationToken)
            : ([], null, DigestPlan.Of(request.Mode, 0, status.WarningLevel));
        await runs.AddCandidatesAsync(runId, items, cancellationToken);
        var filled = await runs.ChangeAsync(
            runId,
            current => current.Content?.Pending is null || current.Status.IsFinished() ? null : WithoutItems(current, items.Count, sample) with
            {
                Items = items.Count,
                Content = new RunContent(new ContentWindow(request.TopicId, request.WindowStart, request.WindowEnd, plan.MaxItems, sample?.Stats, credits.Rates)),
            },
            cancellationToken);
        return filled ?? await runs.GetAsync(runId, cancellationToken);
    }

    /// <summary>A run that has nothing to triage is at its end, and says why.</summary>
    private RunRecord WithoutItems(RunRecord run, int items, SampledCandidates? sample)
    {
        if (items > 0)
        {
            return run;
        }

        var reason = sample switch
        {
            null => "Credits are used up: no digest was made.",
            { Candidates.Count: 0 } => "There are no candidates in the window.",
            _ => "There are no candidates in the window that the credits left would pay for.",
        };
        return run with { Status = RunStatus.Completed, Course = new RunCourse(run.CreatedAt, clock.GetUtcNow(), reason) };
    }

    private async Task<(IReadOnlyList<CandidateItem> Items, SampledCandidates Sample, DigestPlan Plan)> ChooseAsync(
        DigestRequest request, TimeWindow window, CreditStatus status, CancellationToken cancellationToken)
    {
        var pool = await selection.PoolAsync(request.TopicId, window, cancellationToken);
        var sources = pool.Select(candidate => candidate.Representative.SourceId).Distinct(StringComparer.Ordinal).Count();
        var plan = DigestPlan.Of(request.Mode, sources, status.WarningLevel);
        var sample = StratifiedSampling.Select(pool, window, plan.PoolSize);
        var allocated = TriageAllocation.Select(sample.Candidates, window, plan.MaxCalls);
        var affordable = new List<CandidateItem>();
        var left = status.Remaining;
        foreach (var item in await selection.SnapshotsAsync(allocated, window, cancellationToken))
        {
            // The worst case is set aside for each, so that the sum of all calls stays within what is left.
            left -= credits.WorstCaseOf(TriagePrompt.Instructions, item.Scenario.Prompt);
            if (left < 0)
            {
                break;
            }

            affordable.Add(item);
        }

        return (affordable, sample, plan);
    }

    private RunRecord NewRun(Topic topic, DigestRequest request) => TriageRun.New(
        RunRecord.Digest,
        $"Digest: {topic.Name}",
        clock.GetUtcNow(),
        [new Variant(request.Model, request.Model)],
        items: 0,
        new RunContent(Pending: request));
}
