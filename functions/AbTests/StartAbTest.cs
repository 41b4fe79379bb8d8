using FunctionsEval.Content;
using FunctionsEval.Evaluation.Candidates;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.AbTests;

public abstract record AbTestOutcome
{
    private AbTestOutcome()
    {
    }

    public sealed record Started(RunRecord Run) : AbTestOutcome;

    /// <summary>There is no content at all yet.</summary>
    public sealed record NotInitialized : AbTestOutcome;

    public sealed record UnknownTopic(string TopicId) : AbTestOutcome;
}

/// <summary>Samples candidates and writes them with their run, all before any model is called; then hands over the job.</summary>
public sealed class StartAbTest(ContentStore content, CandidateSelection selection, RunStore runs, EnqueuePipelineJob enqueue, TimeProvider clock)
{
    /// <param name="baseUrl">A right of the command line; requests pass null.</param>
    public async Task<AbTestOutcome> StartAsync(AbTestRequest request, string? baseUrl, CancellationToken cancellationToken)
    {
        if (await content.FindTopicAsync(request.TopicId, cancellationToken) is not { } topic)
        {
            return (await content.TopicsAsync(1, null, cancellationToken)).Topics.Count == 0
                ? new AbTestOutcome.NotInitialized()
                : new AbTestOutcome.UnknownTopic(request.TopicId);
        }

        var pool = await selection.PoolAsync(topic.TopicId, request.Window, cancellationToken);
        var sample = StratifiedSampling.Select(pool, request.Window, request.MaxItems);
        var items = await selection.SnapshotsAsync(sample.Candidates, request.Window, cancellationToken);
        var run = NewRun(topic, request, items.Count, sample.Stats, baseUrl);

        // The run's row is written last: a run that is there has all its items.
        await runs.AddCandidatesAsync(run.RunId, items, cancellationToken);
        await runs.AddAsync(run, cancellationToken);
        if (items.Count > 0)
        {
            await EnqueueAsync(run, cancellationToken);
        }

        return new AbTestOutcome.Started(run);
    }

    private async Task EnqueueAsync(RunRecord run, CancellationToken cancellationToken)
    {
        try
        {
            await enqueue(new PipelineJob(PipelineJob.RunAbTest, run.RunId), cancellationToken);
        }
        catch
        {
            // A run that nothing will ever start must not be left behind.
            await runs.RemoveAsync(run.RunId, CancellationToken.None);
            await runs.RemoveItemsAsync(run.RunId, run.Items, CancellationToken.None);
            throw;
        }
    }

    private RunRecord NewRun(Topic topic, AbTestRequest request, int items, SamplingStats stats, string? baseUrl)
    {
        var now = clock.GetUtcNow();
        var window = new ContentWindow(topic.TopicId, request.Window.Start, request.Window.End, request.MaxItems, stats);
        var run = TriageRun.New(RunRecord.AbTest, $"A/B test: {topic.Name}", now, request.Variants, items, new RunContent(window), request.Samples, baseUrl) with
        {
            Compare = request.Margin is { } margin ? new CompareSpec(Margins: TriageScorers.Margins(margin)) : null,
        };
        return items > 0
            ? run
            : run with { Status = RunStatus.Completed, Course = new RunCourse(now, now, "There are no candidates in the window.") };
    }
}
