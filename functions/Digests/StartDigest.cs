using FunctionsEval.Content;
using FunctionsEval.Evaluation.Candidates;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Sampling;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Evaluation.Triage;
using FunctionsEval.Runs;

namespace FunctionsEval.Digests;

/// <summary>
/// Selects, samples and allocates within the credits, and writes the run that triages: a digest is a run of one variant and one
/// sample. The job brings the run's id, so that a job that arrives twice makes one digest.
/// </summary>
public sealed class StartDigest(ContentStore content, CandidateSelection selection, RunStore runs, Credits credits, TimeProvider clock)
{
    public async Task<RunRecord> PrepareAsync(string runId, DigestRequest request, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is { } known)
        {
            return known;
        }

        var topic = await content.FindTopicAsync(request.TopicId, cancellationToken);
        var window = new TimeWindow(request.WindowStart, request.WindowEnd);
        var status = await credits.StatusAsync(cancellationToken);
        var (items, sample, plan) = status.PaidCallsAllowed
            ? await ChooseAsync(request, window, status, cancellationToken)
            : ([], null, DigestPlan.Of(request.Mode, 0, status.WarningLevel));
        var run = NewRun(runId, topic?.Name ?? request.TopicId, request, items.Count, plan, sample?.Stats);
        if (items.Count == 0)
        {
            var reason = sample switch
            {
                null => "Credits are used up: no digest was made.",
                { Candidates.Count: 0 } => "There are no candidates in the window.",
                _ => "There are no candidates in the window that the credits left would pay for.",
            };
            run = run with { Status = RunStatus.Completed, StartedAt = run.CreatedAt, CompletedAt = run.CreatedAt, Reason = reason };
        }

        await runs.AddCandidatesAsync(runId, items, cancellationToken);
        await runs.AddAsync(run, cancellationToken);
        return run;
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

    private RunRecord NewRun(string runId, string topic, DigestRequest request, int items, DigestPlan plan, SamplingStats? stats) => new(
        runId,
        RunRecord.Digest,
        $"Digest: {topic}",
        DefinitionId: "",
        TriagePrompt.Instructions,
        [new Variant(request.Model, request.Model, MaxTokens: TriagePrompt.MaxTokensFor(null))],
        items,
        SamplesPerScenario: 1,
        SamplePercentage: 100,
        SampleSeed: null,
        ScenarioSampling.SeedOf(null, runId),
        TriageScorers.Specs,
        new ProbeConfig(Temperature: null, MaxTurns: 2),
        RunStatus.Pending,
        clock.GetUtcNow(),
        TraceParent: RunTelemetry.TraceParent,
        Window: new ContentWindow(request.TopicId, request.WindowStart, request.WindowEnd, plan.MaxItems, stats, credits.Rates));
}
