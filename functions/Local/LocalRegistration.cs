using System.Threading.Channels;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage.Connection;
using Microsoft.DurableTask.Client;

namespace FunctionsEval.Local;

/// <summary>The parts of the program on one machine: those of both heads, with orchestrations and jobs in memory.</summary>
internal static class LocalRegistration
{
    /// <param name="isCommand">A command waits for what its job brings about, and sees its errors; a server answers at once.</param>
    public static IServiceCollection AddLocal(this IServiceCollection services, Settings settings, StorageConnection storage, bool isCommand)
    {
        services
            .AddFunctionsEval(settings, storage)
            .AddSingleton(RunExecutor.ThisProcess())
            .AddSingleton(isCommand ? new AbTestFeature(Enabled: true) : settings.AbTests)
            .AddSingleton(TasksOf)
            .AddSingleton<LocalOrchestrations>()
            .AddSingleton<LocalJobs>()
            .AddSingleton<DurableTaskClient, LocalDurableTaskClient>();
        return isCommand
            ? services.AddSingleton<EnqueuePipelineJob>(parts => (job, cancellationToken) =>
                parts.GetRequiredService<PipelineQueue>().HandleAsync(job, parts.GetRequiredService<DurableTaskClient>(), cancellationToken))
            : services.AddSingleton<EnqueuePipelineJob>(parts => (job, cancellationToken) =>
                parts.GetRequiredService<LocalJobs>().Writer.WriteAsync(job, cancellationToken).AsTask());
    }

    // An activity is made when it is called for the first time: many commands call none.
    private static LocalTasks TasksOf(IServiceProvider parts) => new LocalTasks()
        .AddOrchestrator<RunInput, RunStatus>(RunOrchestration.Name, RunOrchestration.RunAsync)
        .AddOrchestrator<BlockInput, BlockResult>(EvaluateBlock.Name, EvaluateBlock.RunAsync)
        .AddOrchestrator<BlockInput, BlockResult>(JudgeBlock.Name, JudgeBlock.RunAsync)
        .AddActivity<string, RunPlan>(PrepareRun.Name, (input, cancellationToken) => parts.GetRequiredService<PrepareRun>().RunAsync(input, cancellationToken))
        .AddActivity<CellInput, string>(EvaluateCell.Name, (input, cancellationToken) => parts.GetRequiredService<EvaluateCell>().RunAsync(input, cancellationToken))
        .AddActivity<PairInput, string>(JudgePair.Name, (input, cancellationToken) => parts.GetRequiredService<JudgePair>().RunAsync(input, cancellationToken))
        .AddActivity<LookInput, string?>(InterimLook.Name, (input, cancellationToken) => parts.GetRequiredService<InterimLook>().RunAsync(input, cancellationToken))
        .AddActivity<string>(AllocateSamples.Name, (input, cancellationToken) => parts.GetRequiredService<AllocateSamples>().RunAsync(input, cancellationToken))
        .AddActivity<AllocatedBlockInput, string>(ReadAllocation.Name, (input, cancellationToken) => parts.GetRequiredService<ReadAllocation>().RunAsync(input, cancellationToken))
        .AddActivity<string, string>(ScoreRunAgain.Name, (input, cancellationToken) => parts.GetRequiredService<ScoreRunAgain>().RunAsync(input, cancellationToken))
        .AddActivity<string>(AnalyzeRun.Name, (input, cancellationToken) => parts.GetRequiredService<AnalyzeRun>().RunAsync(input, cancellationToken))
        .AddActivity<CompleteRunInput, RunStatus>(CompleteRun.Name, (input, cancellationToken) => parts.GetRequiredService<CompleteRun>().RunAsync(input, cancellationToken));
}

/// <summary>Jobs on their way within the process. What a job is for is on its run's row, so none is lost with the process.</summary>
internal sealed class LocalJobs
{
    private readonly Channel<PipelineJob> _jobs = Channel.CreateUnbounded<PipelineJob>(new() { SingleReader = true });

    public ChannelWriter<PipelineJob> Writer => _jobs.Writer;

    public ChannelReader<PipelineJob> Reader => _jobs.Reader;
}
