using System.Threading.Channels;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Orchestration;
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

    private static LocalTasks TasksOf(IServiceProvider parts) => new LocalTasks()
        .AddOrchestrator<RunInput, RunStatus>(RunOrchestration.Name, RunOrchestration.RunAsync)
        .AddOrchestrator<BlockInput, BlockResult>(EvaluateBlock.Name, EvaluateBlock.RunAsync)
        .AddOrchestrator<BlockInput, BlockResult>(JudgeBlock.Name, JudgeBlock.RunAsync)
        .AddActivity<string, RunPlan>(PrepareRun.Name, parts.GetRequiredService<PrepareRun>().RunAsync)
        .AddActivity<CellInput, string>(EvaluateCell.Name, parts.GetRequiredService<EvaluateCell>().RunAsync)
        .AddActivity<PairInput, string>(JudgePair.Name, parts.GetRequiredService<JudgePair>().RunAsync)
        .AddActivity<LookInput, string?>(InterimLook.Name, parts.GetRequiredService<InterimLook>().RunAsync)
        .AddActivity<string>(AllocateSamples.Name, parts.GetRequiredService<AllocateSamples>().RunAsync)
        .AddActivity<AllocatedBlockInput, string>(ReadAllocation.Name, parts.GetRequiredService<ReadAllocation>().RunAsync)
        .AddActivity<string, string>(ScoreRunAgain.Name, parts.GetRequiredService<ScoreRunAgain>().RunAsync)
        .AddActivity<string>(AnalyzeRun.Name, parts.GetRequiredService<AnalyzeRun>().RunAsync)
        .AddActivity<CompleteRunInput, RunStatus>(CompleteRun.Name, parts.GetRequiredService<CompleteRun>().RunAsync);
}

/// <summary>Jobs on their way within the process. What a job is for is on its run's row, so none is lost with the process.</summary>
internal sealed class LocalJobs
{
    private readonly Channel<PipelineJob> _jobs = Channel.CreateUnbounded<PipelineJob>(new() { SingleReader = true });

    public ChannelWriter<PipelineJob> Writer => _jobs.Writer;

    public ChannelReader<PipelineJob> Reader => _jobs.Reader;
}
