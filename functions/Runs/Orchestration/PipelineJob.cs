using System.Text.Json.Serialization;

namespace FunctionsEval.Runs.Orchestration;

/// <summary>A message of the queue <c>pipeline</c>.</summary>
/// <param name="RunId">Empty where a job is about no run.</param>
public sealed record PipelineJob([property: JsonPropertyName("job")] string Name, string RunId = "")
{
    public const string QueueName = "pipeline";

    /// <summary>Where the host puts messages that it gave up.</summary>
    public const string PoisonQueueName = $"{QueueName}-poison";

    public const string Start = "start_run";
    public const string RunAbTest = "run_abtest";
    public const string RunWindow = "run_window";
    public const string Resume = "resume_run";
    public const string Cancel = "cancel_run";
    public const string Extend = "extend_run";

    public const string Review = "review";

    public static IReadOnlyList<string> Names { get; } = [Start, RunAbTest, RunWindow, Resume, Cancel, Extend, Review];
}

/// <summary>Hands a job over: to the storage queue of the function app, or within the process.</summary>
public delegate Task EnqueuePipelineJob(PipelineJob job, CancellationToken cancellationToken);

/// <summary>Looks at runs, queue and agents; while another review goes on, it does nothing.</summary>
public delegate Task MakeReview(CancellationToken cancellationToken);
