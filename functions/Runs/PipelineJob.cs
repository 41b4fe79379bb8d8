using System.Text.Json.Serialization;

namespace FunctionsEval.Runs;

/// <summary>A message of the queue <c>pipeline</c>.</summary>
public sealed record PipelineJob([property: JsonPropertyName("job")] string Name, string RunId)
{
    public const string QueueName = "pipeline";

    public const string StartRun = "start_run";
    public const string ResumeRun = "resume_run";
    public const string CancelRun = "cancel_run";
    public const string ExtendRun = "extend_run";
}

/// <summary>Where jobs are handed over: the storage queue of a server, or straight to the pipeline on the command line.</summary>
public delegate Task EnqueuePipelineJob(PipelineJob job, CancellationToken cancellationToken);
