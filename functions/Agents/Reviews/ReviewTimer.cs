using FunctionsEval.Runs.Orchestration;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Agents.Reviews;

/// <summary>
/// The timer of the function app. It queues a job, as whoever else wants a review of the app may: a job that fails is tried again, and one that is given
/// up is found. Stand-alone, <see cref="Review.RepeatAsync"/> takes its place.
/// </summary>
public sealed class ReviewTimer(EnqueuePipelineJob enqueue)
{
    public const string Name = "Review";

    [Function(Name)]
    public Task OnTimerAsync([TimerTrigger("0 7/15 * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        enqueue(new PipelineJob(PipelineJob.Review), cancellationToken);
}
