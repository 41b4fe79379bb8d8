using System.CommandLine;
using FunctionsEval.Runs;

namespace FunctionsEval.Cli;

/// <summary>functionseval resume [RUNID]: goes on with a run that was interrupted, killed or paused. A finished run is only printed.</summary>
internal static class ResumeCommand
{
    private static readonly Argument<string?> RunIdArgument = new("runId")
    {
        Description = "The run; without it the newest unfinished one",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("resume", "Go on with an unfinished run")
        {
            RunIdArgument, CommonOptions.Concurrency, CommonOptions.BaseUrl, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var settings = CommonOptions.SettingsOf(terminal, arguments);
        settings.RequireExistingStore();
        return RunSession.ResumeAsync(
            terminal,
            settings,
            arguments.GetValue(CommonOptions.Json),
            async services => await services.FindRunAsync(
                arguments.GetValue(RunIdArgument), run => !run.Status.IsFinished(), "no unfinished run", cancellationToken),
            (services, run) => PrepareAsync(services, run, settings.BaseUrl, cancellationToken),
            (services, run) => ResumeAsync(services, run, cancellationToken),
            cancellationToken);
    }

    /// <summary>Before the engine goes on with its cells: they must find the new base URL, and must not fail for a missing key.</summary>
    private static async Task PrepareAsync(Services services, RunRecord run, string? baseUrl, CancellationToken cancellationToken)
    {
        if (run.Status.IsFinished())
        {
            return;
        }

        if (services.RunRules.ModelErrors(run.Variants, baseUrl ?? run.BaseUrl).FirstOrDefault() is { } error)
        {
            throw new UsageException(error.Message);
        }

        if (baseUrl is not null)
        {
            await services.Runs.ChangeAsync(run.RunId, current => current with { BaseUrl = baseUrl }, cancellationToken);
        }
    }

    private static async Task ResumeAsync(Services services, RunRecord run, CancellationToken cancellationToken)
    {
        if (!run.Status.IsFinished())
        {
            // Its orchestration may not exist yet: a process can end between a run's row and its start.
            await services.Pipeline.HandleAsync(new PipelineJob(PipelineJob.StartRun, run.RunId), cancellationToken);
            await services.RunControl.ResumeAsync(run.RunId, cancellationToken);
        }
    }
}
